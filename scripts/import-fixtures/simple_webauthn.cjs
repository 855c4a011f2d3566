// node simple_webauthn.cjs MODULES: registers devices with SimpleWebAuthn and prints the columns that
// its guide recommends, each with an assertion that comes after it.
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const modules = process.argv[2];
const { default: Browser, AuthenticatorEmulator } = require(join(modules, "nid-webauthn-emulator"));
const origin = "https://app.scrivio.example";
const rpID = "scrivio.example";

async function row(server, algorithm, verified) {
    const touch = (user) => ({ user, options: { uv: verified, up: true } });
    const browser = new Browser(
        new AuthenticatorEmulator({
            algorithmIdentifiers: [algorithm],
            verifications: { userVerified: verified, userPresent: true },
            userMakeCredentialInteraction: touch,
            userGetAssertionInteraction: touch,
        }),
    );
    const options = await server.generateRegistrationOptions({
        rpName: "Scrivio",
        rpID,
        userName: "ada@example.org",
        supportedAlgorithmIDs: [-7, -8, -257],
    });
    const { registrationInfo: info } = await server.verifyRegistrationResponse({
        response: browser.createJSON(origin, options),
        expectedChallenge: options.challenge,
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: false,
    });
    const { credential } = info;
    const assertion = browser.getJSON(origin, {
        challenge: Buffer.alloc(16, 2).toString("base64url"),
        rpId: rpID,
        userVerification: "preferred",
        allowCredentials: [{ type: "public-key", id: credential.id }],
    });
    return {
        device: algorithm,
        row: {
            id: credential.id,
            publicKey: Buffer.from(credential.publicKey).toString("base64url"),
            webauthnUserID: options.user.id,
            counter: credential.counter,
            deviceType: info.credentialDeviceType,
            backedUp: info.credentialBackedUp,
            transports: credential.transports,
        },
        userVerified: info.userVerified,
        assertion,
    };
}

async function main() {
    const server = await import(pathToFileURL(join(modules, "@simplewebauthn/server/esm/index.js")));
    const rows = [
        await row(server, "ES256", true),
        await row(server, "RS256", false),
        await row(server, "EdDSA", true),
    ];
    process.stdout.write(JSON.stringify(rows, null, 2) + "\n");
}

main();
