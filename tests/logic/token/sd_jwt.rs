//! SD-JWT: disclosures in their places, and what is wrong with them.

use delegraph::token::sd_jwt;

use super::*;

/// A disclosure and its hash.
fn disclose(content: &Value, alg: &str) -> (String, String) {
    let text = b64::encode(content.to_string());
    let digest = b64::encode(crypto::digest(alg, text.as_bytes()).unwrap());
    (text, digest)
}

fn problems(token: &Token) -> String {
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
