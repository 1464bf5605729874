//! What a token is for by what holds it, where it does not say so itself.

use delegraph::token::held;

use super::*;

fn kinds(text: &str) -> Vec<Kind> {
    find(text)
        .iter()
        .map(|found| held::read(text, found).kind)
        .collect()
}

#[test]
fn the_name_of_its_place_says_what_a_token_is_for() {
    let made = |typ: Option<&str>, claims: Value| {
        let mut header = json!({"alg":"ES256"});
        if let Some(typ) = typ {
            header["typ"] = typ.into();
        }
        format!("{}{}", unsigned(&header, &claims), b64::encode("s"))
    };
    let plain = made(
        None,
        json!({"iss":"https://as","sub":"alice","aud":"c","exp":2}),
    );
    let nonce = made(
        Some("JWT"),
        json!({"iss":"https://as","sub":"alice","aud":"c","nonce":"n"}),
    );
    let hashed = made(
        None,
        json!({"iss":"https://as","sub":"alice","aud":"c","at_hash":"h"}),
    );
    let typed = made(
        Some("at+jwt"),
        json!({"iss":"https://as","sub":"alice","aud":"c"}),
    );
    let grant = made(None, json!({"iss":"c","sub":"alice","aud":"https://as"}));
    let urn = "urn:ietf:params:oauth:token-type:";
    let escaped = urn.replace(':', "%3A");
    for (text, kind) in [
        (
            format!(r#"{{"access_token":"{plain}"}}"#),
            Kind::PresumedAccessToken,
        ),
        (
            format!(r#"{{"access_token":"{nonce}"}}"#),
            Kind::PresumedAccessToken,
        ),
        // What cannot be anything else stays what it is.
        (format!(r#"{{"access_token":"{hashed}"}}"#), Kind::IdToken),
        (format!(r#"{{"id_token":"{plain}"}}"#), Kind::IdToken),
        (format!("id_token_hint={plain}&state=1"), Kind::IdToken),
        (format!(r#"{{"id_token":"{typed}"}}"#), Kind::AccessToken),
        (
            format!(r#"{{"refresh_token":"{plain}"}}"#),
            Kind::RefreshToken,
        ),
        (format!("client_assertion={grant}"), Kind::ClientAssertion),
        (format!("grant_type=x&assertion={grant}"), Kind::JwtGrant),
        (format!("logout_token={plain}"), Kind::LogoutToken),
        (format!("response={plain}"), Kind::JarmResponse),
        (
            format!(r#"{{"software_statement":"{plain}"}}"#),
            Kind::SoftwareStatement,
        ),
        (
            format!("OAuth-Client-Attestation: {plain}"),
            Kind::ClientAttestation,
        ),
        (
            format!("OAuth-Client-Attestation-PoP: {plain}"),
            Kind::ClientAttestationPop,
        ),
        (format!("Workload-Identity-Token: {plain}"), Kind::Wit),
        (format!("Txn-Token: {plain}"), Kind::TxnToken),
        // By the type beside it.
        (
            format!(r#"{{"access_token":"{plain}","issued_token_type":"{urn}id_token"}}"#),
            Kind::IdToken,
        ),
        (
            format!(r#"{{"issued_token_type" : "{urn}id-jag", "access_token" : "{plain}"}}"#),
            Kind::IdJag,
        ),
        (
            format!(r#"{{"access_token":"{plain}","issued_token_type":"{urn}access_token"}}"#),
            Kind::PresumedAccessToken,
        ),
        (
            format!(r#"{{"access_token":"{plain}","issued_token_type":"{urn}jwt"}}"#),
            Kind::PresumedAccessToken,
        ),
        (
            format!("subject_token={plain}&subject_token_type={escaped}id_token"),
            Kind::IdToken,
        ),
        (
            format!("subject_token_type={escaped}access_token&subject_token={nonce}"),
            Kind::PresumedAccessToken,
        ),
        (
            format!("-d subject_token={plain} -d subject_token_type={urn}refresh_token"),
            Kind::RefreshToken,
        ),
    ] {
        assert_eq!(kinds(&text), [kind], "{text}");
    }
    // Of another answer.
    let two = format!(
        r#"[{{"access_token":"{plain}"}},{{"issued_token_type":"{urn}id_token","access_token":"{hashed}"}}]"#
    );
    assert_eq!(kinds(&two), [Kind::PresumedAccessToken, Kind::IdToken]);
}
