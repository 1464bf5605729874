//! SD-JWT: disclosures in their places, and what is wrong with them.

use delegraph::token::sd_jwt::{self, ClaimState};

use super::*;

/// A disclosure and its hash.
pub(super) fn disclose(content: &Value, alg: &str) -> (String, String) {
    let text = b64::encode(content.to_string());
    let digest = b64::encode(crypto::digest(alg, text.as_bytes()).unwrap());
    (text, digest)
}

pub(super) fn problems(token: &Token) -> String {
    token
        .problems
        .iter()
        .filter(|p| p.part == "disclosures")
        .map(|p| p.message.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_hashes_of_rfc_9901_are_found() {
    // RFC 9901 §4.2.1 and §4.2.2.
    let name = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
    let element = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0";
    let token = decode(&format!(
        "{}~{name}~{element}~",
        signed(&json!({
            "_sd": ["X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"],
            "nationalities": ["DE", {"...": "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"}, {"...": "nobody"}],
        }))
    ));
    let sd = token.disclosed.as_ref().unwrap();
    assert_eq!(
        sd.claims,
        json!({"nationalities": ["DE", "FR"], "family_name": "Möbius"})
    );
    assert_eq!(sd.disclosures[0].pointer.as_deref(), Some("/family_name"));
    assert_eq!(
        sd.disclosures[1].pointer.as_deref(),
        Some("/nationalities/1")
    );
    assert_eq!(sd.hidden, 1);
    assert_eq!(problems(&token), "");
}

#[test]
fn every_hash_algorithm_and_nesting_is_opened() {
    for alg in ["sha-256", "sha-384", "sha-512"] {
        let (inner, inner_hash) = disclose(&json!(["s1", "street", "Main"]), alg);
        let (outer, outer_hash) = disclose(
            &json!(["s2", "address", {"_sd": [inner_hash, "decoy"], "country": "DE"}]),
            alg,
        );
        let token = decode(&format!(
            "{}~{outer}~{inner}~",
            signed(&json!({"_sd_alg": alg, "_sd": [outer_hash, "decoy2"], "iss": "https://i"}))
        ));
        let sd = token.disclosed.as_ref().unwrap();
        assert_eq!(
            sd.claims,
            json!({"iss": "https://i", "address": {"country": "DE", "street": "Main"}}),
            "{alg}"
        );
        assert_eq!(
            sd.disclosures[1].pointer.as_deref(),
            Some("/address/street")
        );
        assert_eq!((sd.hidden, problems(&token).as_str()), (2, ""));
    }
}

#[test]
fn what_is_wrong_with_disclosures_is_told() {
    let (name, hash) = disclose(&json!(["s", "given_name", "Ann"]), "sha-256");
    let (element, element_hash) = disclose(&json!(["s", "FR"]), "sha-256");
    let (stranger, _) = disclose(&json!(["s", "admin", true]), "sha-256");
    let (forbidden, forbidden_hash) = disclose(&json!(["s", "_sd", []]), "sha-256");
    let (issuer, issuer_hash) = disclose(&json!(["s", "iss", "https://evil"]), "sha-256");
    for (claims, tail, complaint) in [
        (
            json!({"_sd": [hash]}),
            format!("~{name}~{stranger}~"),
            "belongs to no hash",
        ),
        (
            json!({"_sd": [hash, hash]}),
            format!("~{name}~"),
            "stands more than once",
        ),
        (
            json!({"_sd": [hash]}),
            format!("~{name}~{name}~"),
            "stands twice",
        ),
        (
            json!({"_sd": [hash], "given_name": "Bob"}),
            format!("~{name}~"),
            "stands at `` already",
        ),
        (
            json!({"_sd": [element_hash]}),
            format!("~{element}~"),
            "stands for a claim",
        ),
        (
            json!({"a": [{"...": hash}]}),
            format!("~{name}~"),
            "stands for an array element",
        ),
        (
            json!({"_sd": [forbidden_hash]}),
            format!("~{forbidden}~"),
            "must not",
        ),
        (json!({"_sd": "x"}), format!("~{name}~"), "not an array"),
        (json!({"_sd": [1]}), format!("~{name}~"), "not a text"),
        (
            json!({"_sd_alg": "md5", "_sd": [hash]}),
            format!("~{name}~"),
            "not supported",
        ),
        (
            json!({"a": {"_sd_alg": "sha-256"}}),
            "~".to_owned(),
            "not at the top level",
        ),
        (json!({"_sd": [hash]}), "~***~".to_owned(), "not base64url"),
        (
            json!({"_sd": [hash]}),
            format!("~{}~", b64::encode("{}")),
            "not a JSON array",
        ),
        (
            json!({"_sd": [hash]}),
            format!("~{}~", b64::encode("[1]")),
            "no salt",
        ),
        (
            json!({"_sd": [hash]}),
            format!("~{}~", b64::encode(r#"["s"]"#)),
            "1 elements",
        ),
        (
            json!({"_sd": [hash]}),
            format!("~{name}"),
            "the last `~` is missing",
        ),
        (
            json!({"vct": "https://t", "_sd": [issuer_hash]}),
            format!("~{issuer}~"),
            "must not be disclosed selectively",
        ),
    ] {
        let token = decode(&format!("{}{tail}", signed(&claims)));
        assert!(
            problems(&token).contains(complaint),
            "{complaint}: {}",
            problems(&token)
        );
    }
}

#[test]
fn verdict_edit_and_key_binding_know_where_the_signed_part_ends() {
    let holder = key_for(&Alg::Es256);
    let (name, hash) = disclose(&json!(["s", "given_name", "Ann"]), "sha-256");
    let claims = json!({"iss":"https://i","vct":"https://t","_sd":[hash],"cnf":{"jwk":holder.public().unwrap().0}});
    let issued = craft::mint(&json!({"typ":"dc+sd-jwt"}), &claims, &KEY, &Alg::Es256).unwrap();
    let presented = format!("{issued}~{name}~");
    let kb = |over: &str, key: &Jwk| {
        let hash = b64::encode(crypto::sha256(over.as_bytes()));
        craft::mint(
            &json!({"typ":"kb+jwt"}),
            &json!({"iat":1,"aud":"v","nonce":"n","sd_hash":hash}),
            key,
            &Alg::Es256,
        )
        .unwrap()
    };
    let good = decode(&format!("{presented}{}", kb(&presented, &holder)));
    assert_eq!(good.kind, Kind::SdJwtVc);
    assert_eq!(
        judge(&good, &[candidate(&KEY)], &at(NOW)).signature,
        Signature::Valid
    );
    let sd = good.disclosed.as_ref().unwrap();
    assert_eq!(
        (sd.hash_fits, sd_jwt::binding(&good)),
        (Some(true), Some(Ok(())))
    );
    assert_eq!(problems(&good), "");

    let other = decode(&format!("{presented}{}", kb(&format!("{issued}~"), &KEY)));
    assert_eq!(other.disclosed.as_ref().unwrap().hash_fits, Some(false));
    assert!(problems(&other).contains("made for something else"));
    assert!(sd_jwt::binding(&other).unwrap().is_err());

    // An edit keeps the disclosures, and breaks the signature alone.
    let edited = craft::set(
        &good.raw,
        Part::Payload,
        "/iss",
        Some("https://evil".into()),
    )
    .unwrap();
    assert!(edited.ends_with(&good.raw[issued.len()..]));
    assert_eq!(
        judge(&decode(&edited), &[candidate(&KEY)], &at(NOW)).signature,
        Signature::Invalid
    );
    let again = craft::sign(&edited, &KEY, &Alg::Es256).unwrap();
    assert_eq!(
        judge(&decode(&again), &[candidate(&KEY)], &at(NOW)).signature,
        Signature::Valid
    );
}

#[test]
fn the_json_form_is_opened_as_well() {
    let (name, hash) = disclose(&json!(["s", "given_name", "Ann"]), "sha-256");
    let issued = signed(&json!({"_sd": [hash]}));
    let [header, payload, signature] = issued.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts");
    };
    let object = json!({"payload":payload,"protected":header,"signature":signature,"header":{"disclosures":[name]}});
    let token = decode(&object.to_string());
    assert_eq!(token.disclosed.unwrap().claims, json!({"given_name":"Ann"}));
}

/// Name, state and value of each place, as far in as it stands.
fn places(token: &Token) -> Vec<String> {
    let sd = token.disclosed.as_ref().unwrap();
    sd.places
        .iter()
        .map(|place| {
            let state = match &place.state {
                ClaimState::Signed(at) => format!("signed {at}"),
                ClaimState::Inside(..) => "inside".into(),
                ClaimState::Disclosed(n) => format!("disclosed {n}"),
                ClaimState::Hidden(_) => format!("hidden in {}", place.pointer),
            };
            let value = if place.opens {
                "…".to_owned()
            } else {
                place.value.to_string()
            };
            format!("{}{} {state} {value}", "  ".repeat(place.depth), place.name)
        })
        .collect()
}

/// An address of which the street is disclosed inside it, nationalities of which one is, a name, and
/// what is signed in clear. The disclosures: street, address, FR, name.
pub(super) fn person(cnf: &Value) -> (String, [String; 4]) {
    let (street, street_hash) = disclose(&json!(["s1", "street", "Main"]), "sha-256");
    let (address, address_hash) = disclose(
        &json!(["s2", "address", {"_sd": [street_hash, "decoy1"], "country": "DE"}]),
        "sha-256",
    );
    let (french, french_hash) = disclose(&json!(["s3", "FR"]), "sha-256");
    let (name, name_hash) = disclose(&json!(["s4", "name", "Ann"]), "sha-256");
    let claims = json!({
        "iss": "https://i",
        "_sd": [address_hash, "decoy2", name_hash],
        "nat": ["DE", {"...": "decoy3"}, {"...": french_hash}],
        "plain": {"a": [1, {"b": 2}]},
        "cnf": cnf,
    });
    let issued = craft::mint(&json!({"typ":"dc+sd-jwt"}), &claims, &KEY, &Alg::Es256).unwrap();
    let all = [street, address, french, name];
    (format!("{issued}~{}~", all.join("~")), all)
}

#[test]
fn claims_stand_where_the_reader_meets_them() {
    let (raw, all) = person(&json!({"kid": "k"}));
    let token = decode(&raw);
    assert_eq!(
        places(&token),
        [
            r#"iss signed /iss "https://i""#,
            "address disclosed 1 …",
            r#"  street disclosed 0 "Main""#,
            "   hidden in /address null",
            r#"  country inside "DE""#,
            r#"name disclosed 3 "Ann""#,
            " hidden in  null",
            "nat signed /nat …",
            r#"  0 signed /nat/0 "DE""#,
            "   hidden in /nat null",
            r#"  1 disclosed 2 "FR""#,
            r#"plain signed /plain {"a":[1,{"b":2}]}"#,
            r#"cnf signed /cnf {"kid":"k"}"#,
        ]
    );
    // What a claim says is what is disclosed: sentences, rules and comparisons read it there.
    assert_eq!(token.claim_text("name"), Some("Ann"));
    assert!(token.claim("_sd").is_none() && token.signed_map().contains_key("_sd"));
    // Elements that are not disclosed do not count: what stands behind them is signed elsewhere.
    let (_, hash) = disclose(&json!(["s", "x"]), "sha-256");
    let token = decode(&format!("{}~", signed(&json!({"a": [{"...": hash}, "y"]}))));
    assert_eq!(places(&token)[2], r#"  0 signed /a/1 "y""#);
    // A hash algorithm that is named stands at the end.
    let token = decode(&format!(
        "{}~{}~",
        signed(&json!({"_sd_alg": "sha-256", "a": 1})),
        all[0]
    ));
    assert_eq!(places(&token)[1], r#"_sd_alg signed /_sd_alg "sha-256""#);
    let stray = &token.disclosed.as_ref().unwrap().disclosures[0];
    assert_eq!(
        (stray.name.as_deref(), stray.pointer.as_deref()),
        (Some("street"), None)
    );
}

#[test]
fn a_presentation_hides_and_shows_what_belongs_together() {
    let (raw, [street, address, french, name]) = person(&json!({"kid": "k"}));
    let whole = decode(&raw);
    let issued = whole.jws().to_owned();
    // What only a hidden disclosure leads to goes with it.
    let less = sd_jwt::hide(&whole, &[&address]).unwrap();
    assert_eq!(less, format!("{issued}~{french}~{name}~"));
    let less = decode(&less);
    assert_eq!(problems(&less), "");
    assert_eq!(less.disclosed.as_ref().unwrap().hidden, 3);
    // What was left out is known from what was received, and comes back with what leads to it.
    let received = whole.disclosed.as_deref().unwrap();
    let back: Vec<_> = less
        .disclosed
        .as_ref()
        .unwrap()
        .places
        .iter()
        .filter_map(|p| p.state.left_out(received)?.name.clone())
        .collect();
    assert_eq!(back, ["address"]);
    assert_eq!(sd_jwt::show(&less, &whole, &[&street]).unwrap(), raw);
    let nothing = sd_jwt::hide(&whole, &[&street, &address, &french, &name]).unwrap();
    assert_eq!(nothing, format!("{issued}~"));
    let nothing = decode(&nothing);
    assert_eq!(
        sd_jwt::show(&nothing, &whole, &[&street, &address, &french, &name]).unwrap(),
        raw
    );
    assert!(sd_jwt::hide(&nothing, &[&name]).is_err());
    assert!(sd_jwt::show(&nothing, &nothing, &[&name]).is_err());
    assert!(sd_jwt::hide(&decode(&issued), &[&name]).is_err());
    // The issuer's signature holds all along.
    let verdict = judge(&less, &[candidate(&KEY)], &at(NOW));
    assert_eq!(verdict.signature, Signature::Valid);
}

#[test]
fn a_presentation_is_bound_by_the_key_in_cnf() {
    let holder = key_for(&Alg::Es256);
    let (raw, [_, _, french, _]) = person(&json!({"jwk": holder.public().unwrap().0}));
    let free = decode(&raw);
    assert_eq!(sd_jwt::binding(&free), None);
    assert_eq!(
        sd_jwt::holder(&free).unwrap().thumbprint(),
        holder.thumbprint()
    );
    let bound = sd_jwt::bind(&free, &holder, &Alg::Es256, "https://v", "n-1", NOW).unwrap();
    let bound = decode(&bound);
    let sd = bound.disclosed.as_ref().unwrap();
    let kb = sd.binding.as_ref().unwrap();
    assert_eq!(kb.header_map().keys().collect::<Vec<_>>(), ["alg", "typ"]);
    assert_eq!(
        (kb.claim_text("aud"), kb.claim_text("nonce")),
        (Some("https://v"), Some("n-1"))
    );
    assert_eq!(
        (sd.hash_fits, sd_jwt::binding(&bound)),
        (Some(true), Some(Ok(())))
    );
    assert_eq!(problems(&bound), "");
    // Another presentation needs another binding: the old one does not stay.
    let less = decode(&sd_jwt::hide(&bound, &[&french]).unwrap());
    assert!(less.disclosed.as_ref().unwrap().binding.is_none());
    assert_eq!(sd_jwt::unbind(&bound).unwrap(), raw);
    // In JSON form likewise (RFC 9901 §8.1).
    let parts: Vec<&str> = free.jws().split('.').collect();
    let all: Vec<&str> = sd.disclosures.iter().map(|d| d.text.as_str()).collect();
    let object = json!({"payload": parts[1], "signatures": [
        {"protected": parts[0], "signature": parts[2], "header": {"disclosures": all}}]});
    let json = decode(&object.to_string());
    let bound = decode(&sd_jwt::bind(&json, &holder, &Alg::Es256, "v", "n", NOW).unwrap());
    assert_eq!(bound.disclosed.as_ref().unwrap().hash_fits, Some(true));
    let less = decode(&sd_jwt::hide(&bound, &[&french]).unwrap());
    let sd = less.disclosed.as_ref().unwrap();
    assert!(sd.binding.is_none());
    assert_eq!(sd.disclosures.len(), 3);
    assert_eq!(
        judge(&less, &[candidate(&KEY)], &at(NOW)).signature,
        Signature::Valid
    );
}

#[test]
fn hostile_nesting_is_bounded() {
    // Each disclosure holds the hash of the next.
    let (mut text, mut hash) = disclose(&json!(["s", "end", 1]), "sha-256");
    let mut tail = format!("~{text}");
    for _ in 0..2_000 {
        (text, hash) = disclose(&json!(["s", "a", {"_sd": [hash]}]), "sha-256");
        tail = format!("~{text}{tail}");
    }
    let token = decode(&format!("{}{tail}~", signed(&json!({"_sd": [hash]}))));
    assert!(
        problems(&token).contains("nested deeper"),
        "{}",
        problems(&token)
    );
    assert!(token.problems.len() < 50);
}

/// Judged with the key that signed it; what is said of what it presents.
fn presented(raw: &str) -> (bool, String) {
    let token = decode(raw);
    let key = Candidate::new(issuer_key(), "given".into(), None);
    let policy = at(1_700_000_000);
    let verdict = judge(&token, &[key], &policy);
    assert_eq!(verdict.signature, Signature::Valid, "{}", verdict.reason);
    (verdict.verified(), verdict.presentation_problems.join("\n"))
}

fn issuer_key() -> Jwk {
    static KEY: std::sync::LazyLock<Jwk> =
        std::sync::LazyLock::new(|| crypto::generate(&Alg::Es256, None).unwrap());
    KEY.clone()
}

fn by(key: &Jwk, header: &Value, claims: &Value) -> String {
    let input = format!(
        "{}.{}",
        b64::encode(header.to_string()),
        b64::encode(claims.to_string())
    );
    let signature = crypto::sign(key, &Alg::Es256, input.as_bytes()).unwrap();
    format!("{input}.{}", b64::encode(signature))
}

#[test]
fn what_is_presented_is_judged_as_well_as_the_signature() {
    let holder = crypto::generate(&Alg::Es256, None).unwrap();
    let (name, hash) = disclose(&json!(["salt", "given_name", "Alice"]), "sha-256");
    let (foreign, _) = disclose(&json!(["salt", "admin", true]), "sha-256");
    let public = holder.public().unwrap();
    let issued = by(
        &issuer_key(),
        &json!({ "alg": "ES256", "typ": "dc+sd-jwt" }),
        &json!({ "_sd": [hash, "decoy"], "cnf": { "jwk": public.0 } }),
    );
    let sound = format!("{issued}~{name}~");
    assert_eq!(presented(&sound), (true, String::new()));
    assert!(presented(&format!("{issued}~")).0);

    let kb = |key: &Jwk, typ: &str, over: &str, change: Value| {
        let mut claims = json!({
            "iat": 1_699_999_990, "aud": "https://verifier", "nonce": "n",
            "sd_hash": b64::encode(crypto::sha256(over.as_bytes())),
        });
        for (name, value) in change.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        by(key, &json!({ "alg": "ES256", "typ": typ }), &claims)
    };
    let good = kb(&holder, "kb+jwt", &sound, json!({}));
    assert_eq!(presented(&format!("{sound}{good}")), (true, String::new()));

    let other = crypto::generate(&Alg::Es256, None).unwrap();
    for (raw, words) in [
        (format!("{issued}~{foreign}~"), "belongs to no hash"),
        (format!("{issued}~{name}~{name}~"), "stands twice"),
        (format!("{issued}~{name}"), "last `~` is missing"),
        (
            format!("{sound}{}", kb(&other, "kb+jwt", &sound, json!({}))),
            "not signed by the key in `cnf`",
        ),
        (
            format!("{sound}{}", kb(&holder, "kb+jwt", "else", json!({}))),
            "`sd_hash` is not the hash",
        ),
        (
            format!("{sound}{}", kb(&holder, "jwt", &sound, json!({}))),
            "is not `kb+jwt`",
        ),
        (
            format!(
                "{sound}{}",
                kb(&holder, "kb+jwt", &sound, json!({ "nonce": null }))
            ),
            "no `nonce`",
        ),
        (
            format!(
                "{sound}{}",
                kb(&holder, "kb+jwt", &sound, json!({ "sd_hash": null }))
            ),
            "no `sd_hash`",
        ),
        (
            format!(
                "{sound}{}",
                kb(&holder, "kb+jwt", &sound, json!({ "iat": 1_700_009_000 }))
            ),
            "in the future",
        ),
    ] {
        let (verified, problems) = presented(&raw);
        assert!(!verified, "{words}");
        assert!(problems.contains(words), "{words}: {problems}");
    }
}
