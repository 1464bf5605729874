//! The catalogue against servers that sign with RSA and with a shared secret: the families that need
//! such tokens have something to forge there.

use std::collections::BTreeSet;

use super::{
    forged::{accepted, at_the_resource, begins, let_in_by_all, open, set},
    *,
};
use crate::attack::{Matrix, Verdict, catalogue};

/// The verdict on a forgery.
fn verdict<'a>(matrix: &'a Matrix, name: &str) -> &'a Verdict {
    let row = matrix.rows.iter().find(|r| r.name() == name);
    &row.unwrap_or_else(|| panic!("{name} was not fired"))
        .verdict
}

/// Every forgery of these families but those that this token leaves no room for.
fn of(families: &[&str], without: &[&str]) -> Vec<String> {
    catalogue()
        .iter()
        .filter(|f| families.contains(&f.family.name) && !without.contains(&f.name))
        .map(|f| f.name.to_string())
        .collect()
}

#[tokio::test]
async fn servers_of_every_algorithm_refuse_all_and_accept_the_control() {
    for (option, alg, families, without) in [
        (
            "signs-rs256",
            "RS256",
            ["rsa", "hmac", "jwe", "family-swap"],
            &["swap-hash-256", "swap-curve-k256"][..],
        ),
        (
            "signs-ps256",
            "PS256",
            ["rsa", "hmac", "jwe", "family-swap"],
            &["swap-hash-256", "swap-curve-k256"],
        ),
        (
            "signs-hs256",
            "HS256",
            ["hmac", "jwe", "family-swap", "alg-none"],
            &[
                "swap-hash-256",
                "swap-curve-k256",
                "swap-rsa-padding",
                "swap-to-hs256",
            ],
        ),
    ] {
        let lab = Lab::with(&[option]).await;
        let token = token_of(&lab.sign_in(&[]).await);
        assert_eq!(part(&token, true)["alg"], alg);
        let matrix = at_the_resource(&lab, true).await;
        assert_eq!(matrix.void, None, "{alg}");
        assert_eq!(matrix.count("control_accepted"), 2, "{alg}");
        assert_eq!(accepted(&matrix), BTreeSet::new(), "{alg}");
        assert!(matrix.passed(), "{alg}: {:?}", open(&matrix));
        assert!(matrix.count("refused") > 180, "{alg}");
        for name in of(&families, without) {
            let verdict = verdict(&matrix, &name);
            let public = alg == "HS256" && name.starts_with("hmac-public");
            // Those of tokens that are encrypted already.
            let sealed = name.starts_with("jwe") || name == "jws-for-jwe";
            match verdict {
                Verdict::NotMade(why) if public => assert!(why.contains("shared secret"), "{why}"),
                Verdict::NotMade(why) if sealed => {
                    assert!(
                        why.contains("encrypted") || why.contains("public key"),
                        "{why}"
                    );
                }
                other => assert_eq!(other, &Verdict::Refused, "{alg}: {name}"),
            }
        }
    }
}

#[tokio::test]
async fn a_secret_is_published_nowhere() {
    let lab = Lab::with(&["signs-hs256"]).await;
    assert_eq!(json_of(&lab.get("/jwks").await)["keys"], json!([]));
    assert!(lab.server.info.jwks.keys.is_empty());
    let secret = lab.shared.realm.key.text("k").unwrap().to_owned();
    assert!(b64::decode(&secret).unwrap().len() >= 32);
    let other = Lab::with(&["signs-hs256"]).await;
    assert_ne!(other.shared.realm.key.text("k"), Some(secret.as_str()));
    assert!(!format!("{:?}", lab.server.info).contains(&secret));
}

#[tokio::test]
async fn key_confusion_with_rsa_lets_in_every_form_of_the_public_key_and_nothing_else() {
    let expected = set(&[
        "hmac-public-pem",
        "hmac-public-pem-no-newline",
        "hmac-public-pem-crlf",
        "hmac-public-der",
        "hmac-public-jwk",
        "hmac-public-modulus",
        "hmac-public-pkcs1-pem",
        "hmac-public-pkcs1-der",
    ]);
    for option in ["signs-rs256", "signs-ps256"] {
        assert_eq!(
            let_in_by_all(&["key-confusion", option]).await,
            expected,
            "{option}"
        );
    }
}

#[tokio::test]
async fn an_algorithm_that_the_header_chooses_lets_in_other_rsa_signatures_of_the_issuer() {
    for option in ["signs-rs256", "signs-ps256"] {
        assert_eq!(
            let_in_by_all(&["alg-chosen", option]).await,
            set(&["swap-rsa-padding", "swap-hash-384", "swap-hash-512"]),
            "{option}"
        );
    }
}

#[tokio::test]
async fn a_weak_secret_lets_in_the_forgery_that_guesses_it() {
    assert_eq!(
        let_in_by_all(&["secret-weak"]).await,
        set(&["hmac-word-secret"])
    );
    let lab = Lab::with(&["secret-weak"]).await;
    let token = token_of(&lab.sign_in(&[]).await);
    let guess = crate::attack::secrets::Guess::of(&token).unwrap();
    assert_eq!(guess.try_small_list().1.unwrap().word, "secret");
}

#[tokio::test]
async fn alg_none_lets_in_the_same_whatever_the_server_signs_with() {
    let mut expected = begins(&["alg-none"]);
    expected.retain(|n| n != "alg-empty");
    for option in ["signs-rs256", "signs-hs256"] {
        assert_eq!(
            let_in_by_all(&["alg-none-accepted", option]).await,
            expected,
            "{option}"
        );
    }
}

#[tokio::test]
async fn a_trusted_jwk_with_rsa_lets_in_keys_of_the_tokens_own() {
    let let_in = let_in_by_all(&["jwk-trusted", "signs-rs256"]).await;
    for name in ["jwk-own", "jwk-own-kid", "jwk-private"] {
        assert!(let_in.contains(name), "{name} of {let_in:?}");
    }
    for name in &let_in {
        assert!(
            name.starts_with("jwk-") || name.starts_with("rsa-"),
            "{name}"
        );
    }
}
