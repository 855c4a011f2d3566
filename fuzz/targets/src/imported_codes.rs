//! Recovery codes of other systems: the hashes they came with, and how they are typed.

use std::sync::{Arc, OnceLock};

use mfakit::domain::{
    Account, ChallengeId, Fresh, ImportedCode, ImportedHash, Judgment, Opened, Question, Stamp,
};
use mfakit::import::{CodeReading, Import, ImportedCodes, ImportedFactor, Seed};
use mfakit::ports::{ImportedCodeHasher, Lane, SecretCipher};
use mfakit::store::Version;
use mfakit::testing::block_on;
use mfakit::{Answer, Argon2Hasher, FirstFactor, HostAuthority, Subject};

use crate::hash_schemes;
use crate::input::Input;
use crate::scene;

/// A hash is taken if, and only if, it is in the one form that its kind is written in, with costs
/// within their bounds; a typed code is accepted if, and only if, it is one of the account's as its
/// system read it, and once.
pub fn imported_codes(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte() % 3 {
        0 => hash(std::str::from_utf8(input.rest()).unwrap_or_default()),
        1 => folded(std::str::from_utf8(input.rest()).unwrap_or_default()),
        _ => typed(&mut input),
    }
}

fn hasher() -> &'static Argon2Hasher {
    static HASHER: OnceLock<Argon2Hasher> = OnceLock::new();
    HASHER.get_or_init(|| scene::hasher().with_threads(1))
}

fn hash(text: &str) {
    let graphic = text.bytes().all(|b| b.is_ascii_graphic());
    let hash = ImportedHash::new(text);
    assert_eq!(hash.is_ok(), graphic && (1..=255).contains(&text.len()), "{text:?}");
    let Ok(hash) = hash else { return };
    let taken = hasher().check_imported(&hash);
    let work = meaning(text);
    assert_eq!(taken.is_ok(), work.is_some(), "{text:?}: {taken:?}");
    if work.is_none_or(|work| work <= 512) {
        let code = ImportedCode::parse("code", CodeReading::Folded).expect("a code");
        let lane = Lane::of(&scene::ada());
        let evaluated = block_on(hasher().evaluate_imported(lane, code, vec![hash]));
        assert_eq!(evaluated.is_ok(), work.is_some(), "{text:?}: {evaluated:?}");
    }
}

/// What a hash costs, in KiB times passes, if it is one.
fn meaning(text: &str) -> Option<u32> {
    if let Some(ours) = text.strip_prefix("$sha256") {
        let mut parts = ours.rsplitn(3, '$');
        let (digest, salt) = (parts.next()?, parts.next()?);
        let (memory, passes, pepper) = hash_schemes::meaning(parts.next()?)?;
        let right = base64(salt)? == 16 && base64(digest)? == 32 && pepper.is_none();
        return right.then_some(memory * passes);
    }
    if let Some(phc) = text.strip_prefix("$argon2id$v=19$") {
        let [costs, salt, digest] = split(phc, '$')?;
        let [memory, passes, lanes] = split(costs, ',')?;
        let memory = number(memory.strip_prefix("m=")?)?;
        let passes = number(passes.strip_prefix("t=")?)?;
        let lanes = number(lanes.strip_prefix("p=")?)?;
        let work = u64::from(memory) * u64::from(passes);
        let affordable = (64..=65_536).contains(&memory)
            && passes > 0
            && work <= 196_608
            && (1..=4).contains(&lanes);
        let long = (8..=64).contains(&base64(salt)?) && (16..=64).contains(&base64(digest)?);
        return u32::try_from(work).ok().filter(|_| affordable && long);
    }
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|version| text.strip_prefix(version))?;
    let (cost, rest) = rest.split_at_checked(2)?;
    let cost: u32 = cost.bytes().all(|c| c.is_ascii_digit()).then(|| cost.parse().ok())??;
    let letters = rest.strip_prefix('$')?;
    let right = letters.len() == 53 && (4..=12).contains(&cost) && letters.bytes().all(bcrypts);
    // The last letters of salt and digest have bits to spare, which are zero.
    let zero = |letter: usize, spare: u32| {
        let at = BCRYPT.bytes().position(|b| b == letters.as_bytes()[letter]);
        at.is_some_and(|at| at % (1 << spare) == 0)
    };
    // As costly as 512 and more: computed only where it is cheapest.
    (right && zero(21, 4) && zero(52, 2)).then_some(if cost == 4 { 512 } else { u32::MAX })
}

const BCRYPT: &str = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn bcrypts(letter: u8) -> bool {
    letter == b'.' || letter == b'/' || letter.is_ascii_alphanumeric()
}

fn split<const N: usize>(text: &str, at: char) -> Option<[&str; N]> {
    text.split(at).collect::<Vec<_>>().try_into().ok()
}

/// A number in the form that PHC strings give it: no sign, no zeros before it.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// How many bytes a text in base64 without padding stands for.
fn base64(text: &str) -> Option<usize> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Option<Vec<usize>> = text.chars().map(|c| DIGITS.find(c)).collect();
    let digits = digits?;
    let spare = match digits.len() % 4 {
        0 => 1,
        2 => 16,
        3 => 4,
        _ => return None,
    };
    let last = digits.last().copied().unwrap_or_default();
    (last % spare == 0).then_some(digits.len() * 6 / 8)
}

/// The same code in the clear and as it is typed: read alike.
fn folded(text: &str) {
    let expected: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let read = |text: &str, reading| {
        ImportedCode::parse(text, reading).map(|code| code.expose_text().to_owned())
    };
    let sized = |text: &str| (1..=64).contains(&text.len()).then(|| text.to_owned());
    assert_eq!(read(text, CodeReading::Folded), sized(&expected), "{text:?}");
    assert_eq!(read(text, CodeReading::AsWritten), sized(text.trim()), "{text:?}");
    let bits = u16::try_from(text.len()).unwrap_or(u16::MAX);
    let digest = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let taken = ImportedCodes::sha256([text], CodeReading::Folded, bits);
    assert_eq!(taken.is_ok(), digest, "{text:?}: {taken:?}");
}

/// Two codes in the clear, one of them typed as the input says, twice.
fn typed(input: &mut Input<'_>) {
    let which = usize::from(input.byte()) % 2;
    let typed = std::str::from_utf8(input.rest()).unwrap_or_default();
    // `$` stands for the code: nobody finds it by chance.
    let typed = typed.replacen('$', CODES[which], 1);
    let fold: String =
        typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let right = CODES.iter().any(|code| code.replace('-', "") == fold);
    let (passed, next) = answered(imported_account(), &typed, 1);
    // Longer answers are not read at all.
    assert!(passed == right || typed.len() > 128, "{typed:?}: {passed}");
    if passed {
        assert_eq!(next.codes_left(), Some(1));
        assert!(!answered(&next, &typed, 2).0, "{typed:?} is accepted twice");
    }
}

const CODES: [&str; 2] = ["3f9a-71c2-88ab-0d5e", "77aa-0b1c-9f3e-52d4"];

fn answered(account: &Account, typed: &str, challenge: u8) -> (bool, Arc<Account>) {
    let context = scene::context();
    let fresh = Fresh { challenge: ChallengeId::from_random([challenge; 16]), ..scene::fresh() };
    let first = FirstFactor::password(scene::ada(), scene::at(scene::NOW));
    let Ok(Opened::Challenge(challenge)) = account.sign_in(first, fresh, context) else {
        panic!("no challenge")
    };
    let answer = Answer::recovery(typed);
    match account.question(&challenge, &answer, context).expect("judged") {
        Question::Imported(check) => {
            let (code, hashes) = (check.code().clone(), check.hashes());
            let lane = Lane::of(&scene::ada());
            let judged = block_on(hasher().evaluate_imported(lane, code, hashes));
            let decision = check.judge(&judged.expect("affordable"));
            let (verdict, next) = scene::committed(decision, account);
            (matches!(verdict, Judgment::Passed(_)), next)
        }
        Question::Decided(_) => (false, Arc::new(account.clone())),
        other => panic!("{other:?}"),
    }
}

fn imported_account() -> &'static Arc<Account> {
    static ACCOUNT: OnceLock<Arc<Account>> = OnceLock::new();
    ACCOUNT.get_or_init(|| {
        let seed = Seed::from_bytes(scene::SEED).expect("a seed");
        let factor = ImportedFactor::totp("Phone", seed).expect("a factor");
        let codes = ImportedCodes::plain(CODES).expect("codes");
        let import = Import::new().factor(factor.clone()).codes(codes.clone());
        let digests = codes.digests().expect("digests").to_vec();
        let hashes = block_on(hasher().hash_imported(digests)).expect("hashes");
        let (id, ada) = (mfakit::FactorId::from_random([1; 16]), scene::ada());
        let (secret, params) = factor.secret();
        let place = mfakit::domain::SealContext { subject: &ada, factor: id, params };
        let sealed = block_on(scene::keyring().seal(secret, place)).expect("sealed");
        let codes = codes.prepared(hashes).expect("one hash a code");
        let import = import.prepared(vec![factor.prepared(id, sealed)], Some(codes));
        let job = Subject::new("migration").expect("a subject");
        let authority = HostAuthority::grant(scene::ada(), job, "moved").expect("an authority");
        let account = Account::absent(scene::ada(), Version::first([5; 8]));
        let fresh = Stamp::from_random([6; 8]);
        let imported = account.import(&authority, &import, fresh, scene::context());
        scene::committed(imported.expect("imported"), &account).1
    })
}
