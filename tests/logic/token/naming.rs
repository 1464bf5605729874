//! Who a token is about: a person, a client for itself, a workload or an agent, and by which name.

use delegraph::token::naming::{self, Nature};

use super::*;

const UUID: &str = "99999999-8888-7777-6666-555555555555";
const APP: &str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

#[test]
fn a_subject_is_called_by_its_name_and_the_identifier_stands_behind_it() {
    for (claims, sentence) in [
        (
            json!({"iss":"i","sub":UUID,"preferred_username":"alice","azp":"app","typ":"Bearer"}),
            format!("alice ({UUID}) is the subject. No actor is named: it is a bearer token, and whoever holds it acts as alice. app asked for the token."),
        ),
        (
            json!({"iss":"i","sub":"1175","email":"ann@example.com","scope":"read"}),
            "ann@example.com (1175) is the subject. No actor is named: it is a bearer token, and whoever holds it acts as ann@example.com.".into(),
        ),
        (
            json!({"iss":"i","sub":"507f1f77bcf86cd799439011","name":"Ann Lee","scope":"read","cnf":{"jkt":"x"}}),
            "Ann Lee (507f1f77bcf86cd799439011) is the subject. No actor is named: whoever holds its key acts as Ann Lee.".into(),
        ),
        (
            json!({"iss":"i","sub":UUID,"upn":"ann@example.com","scp":"Mail.Read","tid":"t","oid":"o","appid":APP,"app_displayname":"Planner"}),
            format!("ann@example.com ({UUID}) is the subject. No actor is named: it is a bearer token, and whoever holds it acts as ann@example.com. Planner ({APP}) asked for the token."),
        ),
        (
            json!({"iss":"i","sub":UUID,"username":"ann","token_use":"access","client_id":"1h57kf5cpq17m0eml12EXAMPLE"}),
            format!("ann ({UUID}) is the subject. No actor is named: it is a bearer token, and whoever holds it acts as ann. 1h57kf5cpq17m0eml12EXAMPLE asked for the token."),
        ),
        (
            json!({"iss":"i","sub":UUID,"preferred_username":"alice","act":{"sub":"planner"}}),
            format!("alice ({UUID}) is the subject. planner acts for alice now."),
        ),
        (
            json!({"iss":"i","aud":"app","sub":UUID,"email":"ann@example.com","nonce":"n"}),
            format!("ann@example.com ({UUID}) signed in: the token tells app so, and allows nobody to act."),
        ),
        // A name is no identifier: it stands for itself.
        (
            json!({"iss":"i","sub":"alice","preferred_username":"Alice","scope":"read"}),
            "alice is the subject. No actor is named: it is a bearer token, and whoever holds it acts as alice.".into(),
        ),
        // A number, which should be a text, is shown all the same.
        (
            json!({"iss":"i","sub":4711,"scope":"read"}),
            "4711 is the subject. No actor is named: it is a bearer token, and whoever holds it acts as 4711.".into(),
        ),
        (
            json!({"iss":"i","sub":18_446_744_073_709_551_615_u64,"preferred_username":"alice","scope":"read"}),
            "alice (18446744073709551615) is the subject. No actor is named: it is a bearer token, and whoever holds it acts as alice.".into(),
        ),
        (
            json!({"iss":"i","sub":"","scope":"read"}),
            "The subject is empty: nobody is named: the token says only that i issued it.".into(),
        ),
    ] {
        assert_eq!(principal(&token(claims.clone())).sentence(), sentence, "{claims}");
    }
    let named = principal(&token(
        json!({"iss":"i","sub":UUID,"preferred_username":"al\u{202e}ice"}),
    ));
    assert_eq!(named.subject.as_deref(), Some(UUID));
    assert_eq!(named.name.as_deref(), Some("al\\u{202e}ice"));
    assert_eq!(named.short(), "al\\u{202e}ice");
    assert_eq!(principal(&token(json!({"sub":"alice"}))).name, None);
}

#[test]
fn the_own_token_of_a_client_says_so() {
    let own = "the token is the client's own, and names no user";
    for (claims, sentence) in [
        // Keycloak.
        (
            json!({"iss":"i","sub":UUID,"azp":"planner","preferred_username":"service-account-planner","typ":"Bearer"}),
            format!("planner ({UUID}) acts for itself: {own}."),
        ),
        (
            json!({"iss":"i","sub":UUID,"azp":"planner","clientHost":"10.0.0.1","clientAddress":"10.0.0.1","acr":"1","typ":"Bearer"}),
            format!("planner ({UUID}) acts for itself: {own}."),
        ),
        // Entra, of both versions, and one that does not say what it is.
        (
            json!({"iss":"i","sub":UUID,"oid":UUID,"tid":"t","appid":APP,"app_displayname":"Planner","idtyp":"app"}),
            format!("Planner ({UUID}) acts for itself: the token is that of the client {APP}, and names no user."),
        ),
        (
            json!({"iss":"i","sub":UUID,"oid":UUID,"tid":"t","azp":APP,"azpacr":"1","roles":["Mail.Read"]}),
            format!("{APP} ({UUID}) acts for itself: {own}."),
        ),
        // Auth0, with and without `azp`.
        (
            json!({"iss":"i","sub":"planner@clients","azp":"planner","gty":"client-credentials","aud":"api"}),
            "planner@clients acts for itself: the token is that of the client planner, and names no user.".into(),
        ),
        (
            json!({"iss":"i","sub":"planner","gty":"client-credentials","aud":"api"}),
            format!("planner acts for itself: {own}."),
        ),
        // Spring: the client is its own audience, and there is no claim for it.
        (
            json!({"iss":"i","sub":"planner","aud":"planner","scope":["read"]}),
            format!("planner acts for itself: {own}."),
        ),
        // Cognito, Okta, RFC 9068.
        (
            json!({"iss":"i","sub":"planner","token_use":"access","client_id":"planner"}),
            "planner acts for itself: subject and client are the same.".into(),
        ),
        (
            json!({"iss":"i","sub":"0oa1gjh63g214q0Hq0g4","cid":"0oa1gjh63g214q0Hq0g4","scp":["a"]}),
            "0oa1gjh63g214q0Hq0g4 acts for itself: subject and client are the same.".into(),
        ),
        // Clients that are called by an address.
        (
            json!({"iss":"i","sub":"did:web:agent.example","client_id":"did:web:agent.example"}),
            "did:web:agent.example acts for itself: subject and client are the same.".into(),
        ),
        (
            json!({"iss":"i","sub":"https://agent.example/client.json","client_id":"https://agent.example/client.json"}),
            "https://agent.example/client.json acts for itself: subject and client are the same.".into(),
        ),
        (
            json!({"iss":"i","sub":"urn:agent:7","azp":"urn:agent:7"}),
            "urn:agent:7 acts for itself: subject and client are the same.".into(),
        ),
        // PingOne, and others that give a client's token no subject.
        (
            json!({"iss":"i","client_id":APP,"env":"e","org":"o","aud":["https://api"]}),
            format!("No subject is named: the token is the client's own, and {APP} acts for itself."),
        ),
    ] {
        assert_eq!(principal(&token(claims.clone())).sentence(), sentence, "{claims}");
    }
    for of_a_user in [
        json!({"iss":"i","sub":"alice","azp":"app"}),
        json!({"iss":"i","sub":UUID,"azp":"app","clientHost":"h","preferred_username":"alice"}),
        json!({"iss":"i","sub":"alice","aud":["alice","api"]}),
        json!({"iss":"i","client_id":"app","email":"ann@example.com"}),
        json!({"iss":"i","sub":"alice","azp":"app","gty":["client_credentials","password"]}),
        json!({"iss":"i","sub":UUID,"oid":UUID,"tid":"t","azp":APP,"scp":"read"}),
        json!({"iss":"i","sub":"alice","azp":"app","preferred_username":"service-account-other"}),
    ] {
        assert_eq!(
            naming::own_client(&token(of_a_user.clone())),
            None,
            "{of_a_user}"
        );
    }
}

#[test]
fn what_a_subject_is_where_its_token_says_it() {
    use Nature::{Agent, Client, Person, Service};
    for (claims, nature) in [
        // Nothing but a name: nobody knows.
        (json!({"sub":"alice"}), None),
        (
            json!({"sub":"alice","client_id":"app","scope":"read"}),
            None,
        ),
        (json!({"sub":UUID,"azp":"app"}), None),
        (json!({"sub":"alice@example.com"}), None),
        (json!({"sub":"alice","act":{"sub":"alice"}}), None),
        // People.
        (json!({"sub":"alice","auth_time":1}), Some(Person)),
        (json!({"sub":"alice","amr":["pwd"]}), Some(Person)),
        (json!({"sub":UUID,"given_name":"Ann"}), Some(Person)),
        (json!({"sub":UUID,"sid":"s","azp":"app"}), Some(Person)),
        (json!({"sub":UUID,"cid":"app","uid":"00u1"}), Some(Person)),
        (json!({"sub":"auth0|65a1"}), Some(Person)),
        (
            json!({"sub":UUID,"tid":"t","scp":"Mail.Read"}),
            Some(Person),
        ),
        (json!({"sub":UUID,"sub_profile":"user"}), Some(Person)),
        // Clients.
        (json!({"sub":"app","client_id":"app"}), Some(Client)),
        (json!({"sub":"app","aud":"app"}), Some(Client)),
        (
            json!({"sub":"app","gty":"client-credentials"}),
            Some(Client),
        ),
        (json!({"sub":"x","sub_profile":"web_app"}), Some(Client)),
        // Workloads.
        (
            json!({"sub":"system:serviceaccount:pay:worker"}),
            Some(Service),
        ),
        (
            json!({"sub":"repo:org/app:ref:refs/heads/main"}),
            Some(Service),
        ),
        (
            json!({"sub":"any","job_workflow_ref":"org/app/.github"}),
            Some(Service),
        ),
        (
            json!({"sub":"project_path:a/b:ref_type:branch:ref:main"}),
            Some(Service),
        ),
        (json!({"sub":"spiffe://td.example/a"}), Some(Service)),
        (json!({"sub":"SPIFFE://td.example/a"}), Some(Service)),
        (
            json!({"sub":"1175","email":"a@p.iam.gserviceaccount.com","azp":"1175"}),
            Some(Service),
        ),
        (json!({"sub":"arn:aws:iam::1:role/agent"}), Some(Service)),
        (json!({"sub":"x","sub_profile":["service"]}), Some(Service)),
        // Agents, as Entra and the actor profile say it.
        (json!({"sub":UUID,"xms_sub_fct":"2 11"}), Some(Agent)),
        (json!({"sub":UUID,"xms_sub_fct":[3, 13]}), Some(Agent)),
        (json!({"sub":UUID,"xms_sub_fct":"2 111"}), None),
        (
            json!({"sub":"x","sub_profile":"service ai_agent"}),
            Some(Agent),
        ),
        (json!({"sub":"x","sub_profile":"toaster"}), None),
    ] {
        assert_eq!(naming::nature(&token(claims.clone())), nature, "{claims}");
    }
}

#[test]
fn an_agent_without_act_is_seen_by_what_the_token_says_of_its_client() {
    for claims in [
        json!({"iss":"i","sub":UUID,"upn":"ann@example.com","azp":APP,"xms_act_fct":"11 3","scp":"read","tid":"t"}),
        json!({"iss":"i","sub":UUID,"upn":"ann@example.com","azp":APP,"xms_par_app_azp":APP,"scp":"read","tid":"t"}),
    ] {
        let sentence = principal(&token(claims)).sentence();
        assert!(
            sentence.starts_with(&format!(
                "ann@example.com ({UUID}) is the subject. {APP} acts for ann@example.com: the token has no act"
            )),
            "{sentence}"
        );
    }
}
