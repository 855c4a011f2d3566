// better-auth: `main.mjs defaults|ours DIRECTORY ROUND`. The order of the work is that of
// shared/src/drive.rs. Requests at once are promises in one process, as one Node server has them.
import { join } from "node:path";

import { open } from "./peer.mjs";
import { ACCEPTED, Record, Tally } from "./record.mjs";

const AT_ONCE = 8;
const GUESSES = 40;
const NAMES = { defaults: "better-auth", ours: "better-auth (our strength)" };

const [strength, directory, round] = process.argv.slice(2);
const accounts = Number(process.env.COMPARE_ACCOUNTS ?? 40);
const trials = Number(process.env.COMPARE_TRIALS ?? 30);
const record = new Record(NAMES[strength], Number(round));
const peer = await open(join(directory, "better-auth.db"), strength);

const users = [];
for (let number = 0; number < 3 * accounts + 3 * trials; number++) {
  users.push(await peer.enroll(number));
}
const take = (count) => users.splice(0, count);
const [first, second, third] = [take(accounts), take(accounts), take(accounts)];

await codes();
await recovery();
await race("race_code", trials, ({ phone }) => Array(AT_ONCE).fill(phone.nextCode()));
await race("race_recovery", trials, ({ codes }) => Array(AT_ONCE).fill(codes[0]));
await race("race_guesses", 0, ({ phone }) => phone.wrongCodes(GUESSES));

async function codes() {
  const [right, replayed, wrong, issued, old] = Array.from({ length: 5 }, () => new Tally());
  const used = [];
  for (const user of first) {
    const [challenge, code] = [await peer.challenge(user), user.phone.nextCode()];
    const session = await right.time(() => peer.answer(challenge, code));
    if (!session) throw new Error("a right code passes");
    used.push({ user, code, session });
  }
  record.write("right_code", first.length, right);
  for (const { user, code } of used) {
    const challenge = await peer.challenge(user);
    await replayed.time(() => peer.answer(challenge, code));
  }
  record.write("replayed_code", 0, replayed);
  for (const user of second) {
    const [challenge, [code]] = [await peer.challenge(user), user.phone.wrongCodes(1)];
    await wrong.time(() => peer.answer(challenge, code));
  }
  record.write("wrong_code", 0, wrong);
  for (const { user, session } of used) {
    const fresh = await issued.time(async () => [ACCEPTED, await peer.issue(session)]);
    if (fresh.length !== 10) throw new Error("ten codes");
    const challenge = await peer.challenge(user);
    await old.time(() => peer.recover(challenge, user.codes[1]));
  }
  record.write("issue_codes", first.length, issued);
  record.write("recovery_old", 0, old);
}

async function recovery() {
  const [right, again, wrong] = Array.from({ length: 3 }, () => new Tally());
  for (const user of second) {
    const code = user.codes[user.number % 10];
    let challenge = await peer.challenge(user);
    await right.time(() => peer.recover(challenge, code));
    challenge = await peer.challenge(user);
    await again.time(() => peer.recover(challenge, code));
  }
  record.write("recovery_right", second.length, right);
  record.write("recovery_again", 0, again);
  for (const user of third) {
    const challenge = await peer.challenge(user);
    await wrong.time(() => peer.recover(challenge, peer.wrongRecovery(user.codes)));
  }
  record.write("recovery_wrong", 0, wrong);
}

/** Each user's codes at once, each in a sign-in of its own. */
async function race(work, ideal, codesOf) {
  const tally = new Tally();
  for (const user of take(trials)) {
    const codes = codesOf(user);
    const challenges = [];
    for (const _ of codes) challenges.push(await peer.challenge(user));
    const judge = work === "race_recovery" ? peer.recover : peer.answer;
    const running = codes.map((code, place) => judge.call(peer, challenges[place], code));
    for (const [outcome] of await Promise.all(running)) tally.counts[outcome]++;
  }
  record.write(work, ideal, tally);
}
