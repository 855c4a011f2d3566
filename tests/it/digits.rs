//! A challenge tells how many digits each of its factors shows, whatever the settings say.

use mfakit::domain::{Algorithm, Digits, TotpParams};
use mfakit::import::{Import, ImportedFactor, Seed};
use mfakit::testing::Authenticator;
use mfakit::{Answer, HostAuthority, Subject};

use crate::world::{World, block_on, passed, rejected};

const SEEDS: [&str; 2] = ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"];

#[test]
fn a_challenge_tells_the_digits_of_each_factor_and_takes_as_many() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let [old, new] = SEEDS.map(|seed| Seed::from_base32(seed).unwrap());
        let eight = TotpParams::new(Algorithm::Sha1, Digits::Eight, 30).unwrap();
        let import = Import::new()
            .factor(ImportedFactor::totp("Old token", old).unwrap().params(eight))
            .factor(ImportedFactor::totp("Phone", new).unwrap());
        let host = HostAuthority::grant(ada.clone(), "job".try_into().unwrap(), "moved in");
        let _ = world.mfa.import(&host.unwrap(), import).await.unwrap();
        world.wait(90);
        let challenge = world.challenge(&ada).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        let told: Vec<_> =
            ask.factors().map(|(_, label, digits)| (label.as_str(), digits)).collect();
        assert_eq!(told, [("Old token", 8), ("Phone", 6)]);
        let factors: Vec<_> = ask.factors().map(|(factor, ..)| factor).collect();
        let [token, phone] = factors[..] else { panic!("{ask:?}") };
        let uri = format!("otpauth://totp/x?secret={}&algorithm=SHA1&digits=8&period=30", SEEDS[0]);
        let code = Authenticator::scan(&uri).unwrap().code_at(world.now());
        assert_eq!(code.len(), 8);
        rejected(world.mfa.answer(&challenge, Answer::code_of(token, &code[2..])).await);
        rejected(world.mfa.answer(&challenge, Answer::code_of(phone, &code)).await);
        let _ = passed(world.mfa.answer(&challenge, Answer::code_of(token, &code)).await);
    });
}
