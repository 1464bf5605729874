//! The field guide: names, clauses, and what a kind of token asks for.

use delegraph::token::guide::{self, Level, Standing, checklist};

use super::*;

#[test]
fn every_name_stands_once_and_says_something() {
    let all: [Vec<&guide::Meaning>; 2] = [guide::claims().collect(), guide::parameters().collect()];
    assert!(all[0].len() > 200, "{}", all[0].len());
    assert!(all[1].len() > 30, "{}", all[1].len());
    for list in all {
        let mut names: Vec<_> = list.iter().map(|m| m.name).collect();
        names.sort_unstable();
        let double: Vec<_> = names.windows(2).filter(|w| w[0] == w[1]).collect();
        assert!(double.is_empty(), "{double:?}");
        for m in list {
            for text in [m.says, m.set_and_checked] {
                assert!(text.ends_with('.') && text.len() >= 9, "{}: {text}", m.name);
            }
            assert!(!m.source.is_empty(), "{}", m.name);
            assert!(
                !m.says.to_lowercase().contains("please") && !m.says.contains('!'),
                "{}",
                m.name
            );
        }
    }
}

#[test]
fn names_are_found_by_place() {
    assert_eq!(guide::claim("act").unwrap().source, "RFC 8693 §4.1");
    assert!(guide::claim("nothing").is_none());
    assert_eq!(guide::parameter("kid").unwrap().source, "RFC 7515 §4.1.4");
    let at = |part, pointer| guide::member(part, pointer).map(|m| m.source);
    assert_eq!(at(Part::Payload, "/cnf/jkt"), Some("RFC 9449 §6.1"));
    assert_eq!(at(Part::Payload, "/act/act/act/sub"), Some("RFC 8693 §4.1"));
    assert_eq!(
        at(Part::Payload, "/authorization_details/0/type"),
        Some("RFC 9396 §2.1")
    );
    assert_eq!(
        at(Part::Payload, "/authorization_details/0/own"),
        Some("RFC 9396 §9.1")
    );
    assert_eq!(at(Part::Header, "/jwk/x"), Some("RFC 7515 §4.1.3"));
    assert_eq!(at(Part::Payload, "/own/sub"), None);
    assert_eq!(at(Part::Payload, ""), None);
    // The same name means another thing in the header.
    assert_ne!(
        guide::parameter("nonce").unwrap().source,
        guide::claim("nonce").unwrap().source
    );
}

#[test]
fn every_kind_but_the_unknown_has_its_guide() {
    for kind in Kind::all().filter(|k| *k != Kind::Unknown) {
        let guide = guide::kind(kind).unwrap_or_else(|| panic!("{kind:?}"));
        for text in [guide.says, guide.issued, guide.checked] {
            assert!(text.ends_with('.'), "{kind:?}: {text}");
        }
        let mut seen = std::collections::BTreeSet::new();
        for demand in guide.demands {
            assert!(
                seen.insert((demand.part == Part::Header, demand.name)),
                "{kind:?} {}",
                demand.name
            );
            assert!(!demand.source.is_empty());
            // What is asked for can be read about.
            for name in demand.name.split('|') {
                let known = match demand.part {
                    Part::Header | Part::HeaderOf(_) => guide::parameter(name).is_some(),
                    Part::Payload => guide::claim(name).is_some(),
                };
                assert!(
                    known || demand.level == Level::Forbidden || UNEXPLAINED.contains(&name),
                    "{kind:?} {name}"
                );
            }
        }
    }
}

/// Members of documents and drafts that are explained by their kind alone.
const UNEXPLAINED: &[&str] = &[
    "issuer",
    "credentialSubject",
    "validFrom",
    "validUntil",
    "id",
    "verifiableCredential",
    "holder",
    "crit",
    "ctx",
    "prev",
    "target_context",
    "halg",
    "step_hash",
    "curr",
    "ack",
    "inbound_jti",
    "account",
    "software_id",
    "redirect_uris",
    "software_redirect_uris",
    "client_name",
    "software_client_name",
    "access_token",
    "response",
    "request",
    "request_uri",
    "iat",
    "kid",
    "jwk",
    "x5c",
];

#[test]
fn a_checklist_tells_what_a_kind_asks_for() {
    let of = |header: Value, claims: Value| {
        let token = decode(&unsigned(&header, &claims));
        checklist(&token)
            .into_iter()
            .map(|(demand, standing)| (demand.name, standing))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let access = of(
        json!({"alg":"ES256","typ":"application/AT+JWT"}),
        json!({"iss":"i","exp":1,"aud":"a","sub":"s","iat":1,"jti":"1"}),
    );
    assert_eq!(access["typ"], Standing::Present);
    assert_eq!(access["client_id"], Standing::Missing);
    assert_eq!(access["scope"], Standing::Advised);
    assert_eq!(access["act"], Standing::Absent);
    // Taken for one by its shape: the type is what it lacks.
    let presumed = of(
        json!({"alg":"ES256","typ":"JWT"}),
        json!({"iss":"i","sub":"s","scope":"x"}),
    );
    assert_eq!(presumed["typ"], Standing::Wrong);
    let logout = of(
        json!({"alg":"ES256","typ":"logout+jwt"}),
        json!({"iss":"i","aud":"a","iat":1,"exp":2,"jti":"1","events":{},"sid":"1","nonce":"n"}),
    );
    assert_eq!(logout["nonce"], Standing::Forbidden);
    assert_eq!(logout["sub|sid"], Standing::Present);
    assert!(logout["nonce"].breaks() && !logout["typ"].breaks());
    let svid = of(
        json!({"alg":"ES256","jku":"https://x"}),
        json!({"sub":"spiffe://t/w","aud":"x","exp":1}),
    );
    assert_eq!(svid["jku"], Standing::Forbidden);
    assert_eq!(svid["typ"], Standing::Absent);
    let event = of(
        json!({"alg":"ES256","typ":"secevent+jwt"}),
        json!({"iss":"i","iat":1,"jti":"1","events":{},"exp":1}),
    );
    assert_eq!(event["exp"], Standing::Unwanted);
    assert!(checklist(&decode("accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC")).is_empty());
    // Nothing is said of a part that cannot be read.
    let broken = decode(&format!(
        "{}.AAAA.x",
        b64::encode(r#"{"alg":"ES256","typ":"at+jwt"}"#)
    ));
    assert!(
        checklist(&broken)
            .iter()
            .all(|(d, _)| d.part == Part::Header)
    );
}
