// better-auth with its two-factor plugin, by its server API (`auth.api`), as its documentation says
// for calls from a server. Its HTTP router would limit each address to three answers in ten seconds
// in production, which says nothing about an account.
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { twoFactor } from "better-auth/plugins";
import Database from "better-sqlite3";

import { Phone } from "./phone.mjs";
import { ACCEPTED, FAILED, LIMITED, REFUSED } from "./record.mjs";

const PASSWORD = "correct horse battery staple";
const TURNED_AWAY = new Set([
  "ACCOUNT_TEMPORARILY_LOCKED",
  "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE",
  "INVALID_TWO_FACTOR_COOKIE",
]);
const JUDGED = new Set(["INVALID_CODE", "INVALID_BACKUP_CODE"]);

/** `strength` is "defaults" (a rollback journal, synchronous = FULL) or "ours" (WAL, and FULL). */
export async function open(file, strength) {
  const database = new Database(file);
  if (strength === "ours") {
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
  }
  const options = {
    database,
    baseURL: "http://localhost:3000",
    secret: "compare-compare-compare-compare-compare",
    telemetry: { enabled: false },
    logger: { disabled: true },
    emailAndPassword: {
      enabled: true,
      // Passwords are not measured.
      password: { hash: async (text) => text, verify: async ({ hash, password }) => hash === password },
    },
    plugins: [twoFactor()],
  };
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  return new Peer(betterAuth(options).api);
}

class Peer {
  constructor(api) {
    this.api = api;
  }

  async enroll(number) {
    const email = `user${number}@example.org`;
    const signedUp = await this.api.signUpEmail({
      body: { email, password: PASSWORD, name: email },
      asResponse: true,
    });
    const headers = cookies(signedUp);
    const enabled = await this.api.enableTwoFactor({ body: { password: PASSWORD }, headers });
    const phone = new Phone(enabled.totpURI);
    await this.api.verifyTOTP({ body: { code: phone.code() }, headers });
    return { email, number, phone, codes: enabled.backupCodes };
  }

  /** The password was right: what carries the sign-in to the code is a cookie. */
  async challenge({ email }) {
    const body = { email, password: PASSWORD };
    return cookies(await this.api.signInEmail({ body, asResponse: true }));
  }

  answer(headers, code) {
    return judge(() => this.api.verifyTOTP({ body: { code }, headers, asResponse: true }));
  }

  recover(headers, code) {
    return judge(() => this.api.verifyBackupCode({ body: { code }, headers, asResponse: true }));
  }

  async issue(headers) {
    const body = { password: PASSWORD };
    return (await this.api.generateBackupCodes({ body, headers })).backupCodes;
  }

  wrongRecovery(codes) {
    return codes[3].slice(0, -1) + (codes[3].endsWith("a") ? "b" : "a");
  }
}

async function judge(ask) {
  const response = await ask();
  if (response.status === 200) return [ACCEPTED, cookies(response)];
  // Somebody else spent a code of the set in between.
  if (response.status === 409) return [REFUSED, null];
  const { code } = await response.json().catch(() => ({}));
  if (JUDGED.has(code)) return [REFUSED, null];
  return [TURNED_AWAY.has(code) ? LIMITED : FAILED, null];
}

function cookies(response) {
  const set = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  return new Headers({ cookie: set.filter((cookie) => !cookie.endsWith("=")).join("; ") });
}
