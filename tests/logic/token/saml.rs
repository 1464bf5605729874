//! SAML assertions, read and not verified.

use super::*;

const ASSERTION: &str = r#"<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="2026-01-01T00:00:00Z">
<saml2:Issuer>https://idp.example</saml2:Issuer><ds:Signature xmlns:ds="x"><ds:SignedInfo/></ds:Signature>
<saml2:Subject><saml2:NameID Format="a>b">alice &amp; co</saml2:NameID></saml2:Subject>
<!-- not <saml2:Issuer>https://evil</saml2:Issuer> -->
<saml2:Conditions NotBefore="2026-01-01T00:00:00Z" NotOnOrAfter='2026-01-01T00:05:00Z'><saml2:AudienceRestriction><saml2:Audience>https://sp.example</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>
<saml2:AttributeStatement><saml2:Attribute Name="role"><saml2:AttributeValue>admin</saml2:AttributeValue><saml2:AttributeValue>user</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>
</saml2:Assertion>"#;

#[test]
fn subject_issuer_audience_and_conditions_are_read() {
    let token = decode(&find(&format!("<Response>{ASSERTION}</Response>"))[0].raw);
    assert_eq!(token.kind, Kind::SamlAssertion);
    let saml = token.saml.as_ref().unwrap();
    assert_eq!(saml.problem, "");
    assert_eq!(saml.issuer.as_deref(), Some("https://idp.example"));
    assert_eq!(saml.subject.as_deref(), Some("alice & co"));
    assert_eq!(saml.audiences, ["https://sp.example"]);
    assert_eq!(
        saml.not_on_or_after.unwrap().to_string(),
        "2026-01-01T00:05:00Z"
    );
    assert_eq!(
        saml.attributes,
        [(
            "role".to_owned(),
            vec!["admin".to_owned(), "user".to_owned()]
        )]
    );
    assert!(saml.signed);
    assert!(
        saml.indented.contains("\n      <saml2:Audience>\n"),
        "{}",
        saml.indented
    );
    let p = principal(&token);
    assert_eq!(p.subject.as_deref(), Some("alice & co"));
    assert_eq!(p.issuer.as_deref(), Some("https://idp.example"));
    assert!(p.sentence().contains("not verified"), "{}", p.sentence());
}

#[test]
fn hostile_xml_is_refused_in_words_and_in_bounds() {
    let open = "<a:Assertion ID=\"1\" Version=\"2.0\">";
    for (text, why) in [
        (
            format!("{open}<!DOCTYPE x [<!ENTITY a \"aaaa\">]>&a;</a:Assertion>"),
            "document type",
        ),
        (format!("{open}</b>"), "not open"),
        (open.to_owned(), "not closed"),
        (format!("{open}<x"), "does not end"),
        (format!("{open}<!-- "), "does not end"),
        (format!("{open}{}", "<x>".repeat(5_000)), "more elements"),
        (format!("{open}{}", "x".repeat(2 << 20)), "longer than"),
    ] {
        let token = decode(&text);
        let saml = token.saml.unwrap_or_else(|| panic!("{}", &text[..60]));
        assert!(saml.problem.contains(why), "{why}: {}", saml.problem);
    }
    // An entity is never expanded.
    let saml = decode(&format!("{open}<a:Issuer>&xxe;</a:Issuer></a:Assertion>"))
        .saml
        .unwrap();
    assert_eq!(saml.issuer.as_deref(), Some("&xxe;"));
}
