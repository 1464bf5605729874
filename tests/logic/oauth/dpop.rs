//! Proofs of possession (RFC 9449), made and judged.

use delegraph::{
    jose::{Alg, Jwk, b64, crypto},
    oauth::dpop::{self, About, Check, Demand, Draft, Judged, Outcome},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use url::Url;

use super::{answer, env};

/// The proofs of RFC 9449 §4.1 (figure 1, for the token endpoint) and §7.1 (figure 13).
const TOKEN_PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const RESOURCE_PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
const RFC_TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const RFC_JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

const API: &str = "https://api.example/orders";
const NOW: i64 = 1_800_000_000;

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

#[test]
fn the_proofs_of_the_rfc_are_good() {
    let token_url = url("https://server.example.com/token");
    let demand = Demand {
        method: "POST",
        url: &token_url,
        now: 1_562_262_620,
        token: None,
        jkt: None,
        nonces: &[],
    };
    let judged = dpop::judge(&[TOKEN_PROOF], &demand);
    assert!(judged.is_good(), "{:?}", judged.steps);
    assert_eq!(judged.thumbprint.as_deref(), Some(RFC_JKT));
    assert_eq!(judged.jti(), "-BwC3ESc6acc2lTc");
    assert_eq!(judged.iat(), Some(1_562_262_616));
    assert_eq!(
        dpop::ath(RFC_TOKEN),
        "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
    );
    let resource = url("https://resource.example.org/protectedresource");
    let at_resource = Demand {
        method: "GET",
        url: &resource,
        token: Some(RFC_TOKEN),
        jkt: Some(RFC_JKT),
        ..demand
    };
    let judged = dpop::judge(&[RESOURCE_PROOF], &at_resource);
    assert!(judged.is_good(), "{:?}", judged.steps);
    // The one is not good for the other.
    let flaws = |proof: &str, demand: &Demand<'_>| checks(&dpop::judge(&[proof], demand));
    assert_eq!(
        flaws(TOKEN_PROOF, &at_resource),
        [Check::Method, Check::Address, Check::TokenHash]
    );
    assert_eq!(
        flaws(RESOURCE_PROOF, &demand),
        [Check::Method, Check::Address]
    );
}

fn checks(judged: &Judged) -> Vec<Check> {
    judged.flaws().map(|step| step.check).collect()
}

fn draft(key: &Jwk) -> Draft {
    let url = url(&format!("https://user:pass@{}?page=2#top", &API[8..]));
    let about = About {
        method: "GET",
        url: &url,
        token: Some("token"),
        nonce: Some("n1"),
    };
    Draft::new(key, &about, &env()).unwrap()
}

/// Judges a changed proof of a key against what is wanted of it.
fn judged(key: &Jwk, change: impl FnOnce(&mut Draft)) -> Judged {
    let mut draft = draft(key);
    change(&mut draft);
    judge_text(&draft.sign().unwrap(), key)
}

fn judge_text(proof: &str, key: &Jwk) -> Judged {
    let nonces = ["n1".to_owned()];
    let url = url(API);
    let demand = Demand {
        method: "GET",
        url: &url,
        now: env().now.as_second(),
        token: Some("token"),
        jkt: Some(&key.thumbprint().unwrap()),
        nonces: &nonces,
    };
    dpop::judge(&[proof], &demand)
}

#[test]
fn a_proof_says_what_it_is_for_and_shows_the_public_key_alone() {
    for alg in [Alg::Es256, Alg::Es384, Alg::Es512, Alg::EdDsa, Alg::Ps256] {
        let key = crypto::generate(&alg, Some("named")).unwrap();
        let draft = draft(&key);
        assert_eq!(draft.claims["htm"], "GET");
        assert_eq!(draft.claims["htu"], API);
        assert_eq!(draft.claims["iat"], env().now.as_second());
        assert_eq!(draft.claims["ath"], dpop::ath("token"));
        assert_eq!(draft.claims["nonce"], "n1");
        // RFC 9449 §4.2: at least 96 bits.
        assert!(
            b64::decode(draft.claims["jti"].as_str().unwrap())
                .unwrap()
                .len()
                >= 12
        );
        let shown = Jwk(draft.header["jwk"].as_object().unwrap().clone());
        assert!(!shown.is_private() && shown.kid().is_none(), "{shown:?}");
        assert_eq!(shown.thumbprint(), key.thumbprint());
        let judged = judged(&key, |_| ());
        assert!(judged.is_good(), "{alg}: {:?}", judged.steps);
        assert_eq!(judged.steps.len(), Check::ALL.len());
    }
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let about = About {
        method: "POST",
        url: &url("https://as.example/token"),
        token: None,
        nonce: None,
    };
    let bare = Draft::new(&key, &about, &env()).unwrap();
    assert!(!bare.claims.contains_key("ath") && !bare.claims.contains_key("nonce"));
    let public = key.public().unwrap();
    let secret = crypto::generate(&Alg::Hs256, None).unwrap();
    for unfit in [public, secret] {
        assert!(Draft::new(&unfit, &about, &env()).is_err());
    }
}

#[test]
fn every_flaw_is_found_and_is_the_only_one() {
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let other = crypto::generate(&Alg::Es256, None).unwrap();
    let private = Value::Object(key.0.clone());
    let secret = json!({ "kty": "oct", "k": "AAAA" });
    let now = env().now.as_second();
    let set = |name: &'static str, value: Value| {
        move |d: &mut Draft| {
            d.claims.insert(name.into(), value);
        }
    };
    let head = |name: &'static str, value: Value| {
        move |d: &mut Draft| {
            d.header.insert(name.into(), value);
        }
    };
    let expect = |judged: Judged, wanted: &[Check]| {
        assert_eq!(checks(&judged), wanted, "{:?}", judged.steps);
        for flaw in judged.flaws() {
            assert!(
                !flaw.found.is_empty() && !flaw.expected.is_empty(),
                "{flaw:?}"
            );
            assert!(flaw.check.source().starts_with("RFC 9449"));
        }
    };
    expect(judged(&key, head("typ", json!("JWT"))), &[Check::Type]);
    expect(
        judged(&key, |d| {
            d.header.shift_remove("typ");
        }),
        &[Check::Type],
    );
    expect(judged(&key, head("crit", json!(["x"]))), &[Check::Form]);
    expect(judged(&key, head("jwk", private)), &[Check::PublicOnly]);
    expect(
        judged(&key, |d| {
            d.header.shift_remove("jwk");
        }),
        &[Check::Key],
    );
    expect(judged(&key, head("jwk", json!("x"))), &[Check::Key]);
    expect(
        judged(&key, head("jwk", json!({ "kty": "EC" }))),
        &[Check::Key],
    );
    expect(
        judged(&key, head("jwk", secret)),
        &[Check::Key, Check::PublicOnly],
    );
    expect(judged(&key, |d| d.key = other.clone()), &[Check::Signature]);
    expect(judged(&key, set("htm", json!("get"))), &[Check::Method]);
    expect(judged(&key, set("htm", json!(["GET"]))), &[Check::Method]);
    expect(
        judged(&key, set("htu", json!("https://api.example/orders/1"))),
        &[Check::Address],
    );
    expect(
        judged(&key, set("htu", json!("http://api.example/orders"))),
        &[Check::Address],
    );
    expect(judged(&key, set("htu", json!("orders"))), &[Check::Address]);
    expect(
        judged(&key, set("iat", json!(now - dpop::AGE - 1))),
        &[Check::Age],
    );
    expect(
        judged(&key, set("iat", json!(now + dpop::AHEAD + 1))),
        &[Check::Age],
    );
    expect(judged(&key, set("iat", json!("now"))), &[Check::Age]);
    expect(judged(&key, set("jti", json!(7))), &[Check::Id]);
    expect(
        judged(&key, set("jti", json!("x".repeat(257)))),
        &[Check::Id],
    );
    expect(judged(&key, set("nonce", json!("n2"))), &[Check::Nonce]);
    expect(
        judged(&key, |d| {
            d.claims.shift_remove("nonce");
        }),
        &[Check::Nonce],
    );
    expect(
        judged(&key, set("ath", json!(dpop::ath("other")))),
        &[Check::TokenHash],
    );
    expect(
        judged(&key, |d| {
            d.claims.shift_remove("ath");
        }),
        &[Check::TokenHash],
    );
    let stranger = judge_text(&draft(&other).sign().unwrap(), &key);
    expect(stranger, &[Check::Binding]);
    for claim in ["htm", "htu", "iat", "jti"] {
        let judged = judged(&key, |d| {
            d.claims.shift_remove(claim);
        });
        assert_eq!(judged.flaws().count(), 1, "{claim}");
    }
    // What is at the edge is good.
    for (name, value) in [
        ("iat", json!(now - dpop::AGE)),
        ("iat", json!(now + dpop::AHEAD)),
        ("htu", json!("HTTPS://API.example:443/orders?x=1#y")),
        ("htu", json!("https://api.example/a/../%6Frders")),
    ] {
        expect(judged(&key, set(name, value)), &[]);
    }
}

#[test]
fn what_is_unsigned_or_signed_by_a_shared_secret_proves_nothing() {
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let mut unsigned = draft(&key);
    unsigned.header.insert("alg".into(), "none".into());
    let part = |map: &Map<String, Value>| b64::encode(Value::Object(map.clone()).to_string());
    let text = format!("{}.{}.", part(&unsigned.header), part(&unsigned.claims));
    let judged = judge_text(&text, &key);
    assert_eq!(checks(&judged), [Check::Algorithm]);
    let signature = judged.steps.iter().find(|s| s.check == Check::Signature);
    assert_eq!(signature.unwrap().outcome, Outcome::NotReached);
    let mut hmac = draft(&key);
    hmac.key = Jwk(Map::from_iter([
        ("kty".to_owned(), json!("oct")),
        ("k".to_owned(), json!(b64::encode([7; 32]))),
    ]));
    hmac.alg = Alg::Hs256;
    let judged = judge_text(&hmac.sign().unwrap(), &key);
    assert_eq!(checks(&judged), [Check::Algorithm]);
}

#[test]
fn a_request_has_exactly_one_proof_and_nonsense_ends() {
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let good = draft(&key).sign().unwrap();
    let url = url(API);
    let demand = Demand {
        method: "GET",
        url: &url,
        now: NOW,
        token: None,
        jkt: None,
        nonces: &[],
    };
    for proofs in [&[][..], &[good.as_str(), good.as_str()]] {
        let judged = dpop::judge(proofs, &demand);
        assert_eq!(checks(&judged), [Check::One]);
        assert!(
            judged.steps[1..]
                .iter()
                .all(|s| s.outcome == Outcome::NotReached)
        );
    }
    let joined = format!("{good},{good}");
    let deep = format!(
        "{}.{}.x",
        b64::encode("[".repeat(10_000)),
        b64::encode("{}")
    );
    let twice = format!(
        "{}.{}.x",
        b64::encode(r#"{"typ":"dpop+jwt","typ":"x"}"#),
        b64::encode("{}")
    );
    let long = "a".repeat(1_000_000);
    for text in ["", "...", "a.b.c", "é.ü.x", &joined, &deep, &twice, &long] {
        assert_eq!(checks(&dpop::judge(&[text], &demand)), [Check::Form]);
    }
}

#[test]
fn a_server_that_asks_for_its_nonce_is_understood() {
    let with = |status, body: &str, challenge: Option<&str>| {
        let mut response = answer(status, "application/json", body);
        response.headers.push(("DPoP-Nonce".into(), "n7".into()));
        let challenge = challenge.map(|c| ("WWW-Authenticate".to_owned(), c.to_owned()));
        response.headers.extend(challenge);
        dpop::wanted_nonce(&response).map(str::to_owned)
    };
    let asks = r#"{"error":"use_dpop_nonce"}"#;
    assert_eq!(with(400, asks, None).as_deref(), Some("n7"));
    let challenge = r#"DPoP error="use_dpop_nonce", algs="ES256""#;
    assert_eq!(with(401, "", Some(challenge)).as_deref(), Some("n7"));
    assert_eq!(with(400, r#"{"error":"invalid_dpop_proof"}"#, None), None);
    assert_eq!(with(200, "{}", None), None);
    let silent = answer(400, "application/json", asks);
    assert_eq!(dpop::wanted_nonce(&silent), None);
}

proptest! {
    /// Whatever a header holds: an end, every step told, and a good proof only where nothing was changed.
    #[test]
    fn any_text_is_judged_and_a_changed_proof_is_not_good(
        text in ".{0,200}",
        at in 0_usize..400,
        with in "[A-Za-z0-9_.-]",
    ) {
        let url = url("https://server.example.com/token");
        let demand = Demand {
            method: "POST",
            url: &url,
            now: 1_562_262_620,
            token: None,
            jkt: Some(RFC_JKT),
            nonces: &[],
        };
        let judged = dpop::judge(&[&text], &demand);
        prop_assert_eq!(judged.steps.len(), Check::ALL.len() - 2);
        prop_assert!(!judged.is_good());
        let mut changed = TOKEN_PROOF.to_owned();
        let at = at % changed.len();
        changed.replace_range(at..=at, &with);
        let judged = dpop::judge(&[&changed], &demand);
        prop_assert_eq!(judged.is_good(), changed == TOKEN_PROOF, "{}", changed);
    }
}
