// The user's phone: RFC 6238 with SHA-1, six digits, thirty seconds. It is not what is measured.
import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export class Phone {
  /** Reads the secret in an `otpauth` URI. */
  constructor(uri) {
    const secret = new URL(uri).searchParams.get("secret");
    const bits = [...secret].map((c) => ALPHABET.indexOf(c).toString(2).padStart(5, "0")).join("");
    const bytes = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
    this.key = Buffer.from(bytes);
  }

  at(step) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const digest = createHmac("sha1", this.key).update(counter).digest();
    const number = digest.readUInt32BE(digest[digest.length - 1] & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, "0");
  }

  /** The code of the current period. */
  code() {
    return this.at(step());
  }

  /** The code of the period that comes next, which a window of one period accepts already. */
  nextCode() {
    return this.at(step() + 1);
  }

  /** Codes that are not accepted, also when the period turns before they are judged. */
  wrongCodes(count) {
    const near = new Set([-3, -2, -1, 0, 1, 2, 3].map((offset) => this.at(step() + offset)));
    const codes = [];
    for (let number = 0; codes.length < count; number++) {
      const code = String(number).padStart(6, "0");
      if (!near.has(code)) codes.push(code);
    }
    return codes;
  }
}

function step() {
  return Math.floor(Date.now() / 30_000);
}
