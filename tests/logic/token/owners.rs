//! Whose key verified: the issuer's, one that was given, or another's.

use delegraph::token::validate::{
    KeyOwner, Verdict,
    steps::{Check, Outcome},
};

use super::*;

fn signed(issuer: Option<&str>, key: &Jwk) -> Token {
    let mut claims = json!({ "sub": "alice" });
    if let Some(issuer) = issuer {
        claims["iss"] = issuer.into();
    }
    decode(&craft::mint(&json!({ "typ": "JWT" }), &claims, key, &Alg::Es256).unwrap())
}

fn of(key: &Jwk, issuer: Option<&str>) -> Candidate {
    Candidate::new(
        key.public().unwrap(),
        "here".into(),
        issuer.map(str::to_owned),
    )
}

fn verdict(token: &Token, keys: &[Candidate]) -> Verdict {
    judge(token, keys, &at(NOW))
}

#[test]
fn the_owner_of_the_key_that_verified_is_told() {
    const ISSUER: &str = "https://as.example";
    let (own, lab) = (
        key_for(&Alg::Es256),
        crypto::generate(&Alg::Es256, Some("lab")).unwrap(),
    );
    let token = signed(Some(ISSUER), &lab);
    for (name, keys, owner) in [
        ("published", vec![of(&lab, Some(ISSUER))], KeyOwner::Issuer),
        ("only given", vec![of(&lab, None)], KeyOwner::Given),
        (
            "given, others are published",
            vec![of(&own, Some(ISSUER)), of(&lab, None)],
            KeyOwner::Other,
        ),
        (
            "given, and published as well",
            vec![of(&lab, None), of(&lab, Some(ISSUER))],
            KeyOwner::Issuer,
        ),
        (
            "given, what another issuer publishes says nothing",
            vec![of(&own, Some("https://else.example")), of(&lab, None)],
            KeyOwner::Given,
        ),
    ] {
        let verdict = verdict(&token, &keys);
        assert_eq!(verdict.signer(), Some(owner), "{name}: {verdict:?}");
        let step = verdict.signatures[0]
            .steps
            .iter()
            .find(|step| step.check == Check::Key)
            .unwrap();
        let open = step.outcome == Outcome::Open;
        assert_eq!(open, owner == KeyOwner::Other, "{name}: {step:?}");
        assert_eq!(
            verdict
                .reason
                .contains("none of the keys that its issuer publishes"),
            owner == KeyOwner::Other,
            "{name}: {}",
            verdict.reason
        );
    }
}

#[test]
fn nobody_signed_what_does_not_verify() {
    let (own, lab) = (
        key_for(&Alg::Es256),
        crypto::generate(&Alg::Es256, None).unwrap(),
    );
    let token = signed(None, &lab);
    assert_eq!(verdict(&token, &[of(&own, None)]).signer(), None);
    // A token that names no issuer was signed by the one whose key it is.
    let published = of(&lab, Some("https://as.example"));
    assert_eq!(
        verdict(&token, &[published]).signer(),
        Some(KeyOwner::Issuer)
    );
}

/// RFC 9449 §4.2: a proof is signed by the key that it brings, and by no other.
#[test]
fn a_proof_of_possession_is_verified_by_the_key_that_it_brings() {
    let (holder, other) = (
        crypto::generate(&Alg::Es256, None).unwrap(),
        key_for(&Alg::Es256),
    );
    let make = |typ: &str, jwk: &Jwk, key: &Jwk| {
        let header = json!({ "typ": typ, "jwk": jwk.0 });
        let claims = json!({ "jti": "1", "htm": "GET", "htu": "https://api.example/", "iat": NOW });
        decode(&craft::mint(&header, &claims, key, &Alg::Es256).unwrap())
    };
    let public = holder.public().unwrap();
    let policy = Policy {
        keys_given: false,
        ..at(NOW)
    };
    let verdict = |token: &Token, keys: &[Candidate]| judge(token, keys, &policy);
    let proof = make("dpop+jwt", &public, &holder);
    for keys in [vec![], vec![of(&other, Some("https://as.example"))]] {
        let verdict = verdict(&proof, &keys);
        assert_eq!(verdict.signer(), Some(KeyOwner::Brought), "{verdict:?}");
        assert!(verdict.reason.contains("possession of this key alone"));
        assert_eq!(verdict.key.unwrap().thumbprint, public.thumbprint().ok());
    }
    let forged = make("dpop+jwt", &public, &other);
    let forged = verdict(&forged, &[of(&other, None)]);
    assert_eq!(forged.signature, Signature::Invalid, "{forged:?}");
    // A key that a token of another kind brings decides nothing, and no private key is taken.
    let kept = Jwk(holder.0.clone());
    for token in [
        make("at+jwt", &public, &holder),
        make("dpop+jwt", &kept, &holder),
    ] {
        assert_eq!(verdict(&token, &[]).signature, Signature::NoKey);
    }
    // Keys that are given for a token are what decides.
    let given = judge(&proof, &[of(&other, None)], &at(NOW));
    assert_eq!(given.signature, Signature::Invalid, "{given:?}");
}
