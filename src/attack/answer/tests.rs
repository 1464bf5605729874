//! Answers as sound and broken servers give them.

use serde_json::json;

use super::*;
use crate::{
    jose::b64,
    oauth::http::{Field, Method},
};

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Response {
        status,
        headers: headers.iter().map(owned).collect(),
        body: body.into(),
        millis: 1,
    }
}

fn api() -> Target {
    Target::bearer(Method::Get, "https://api.example/a".parse().unwrap())
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Granted => "granted",
        Outcome::Withheld(_) => "withheld",
        Outcome::Refused(_) => "refused",
        Outcome::Unclear(_) => "unclear",
        Outcome::Later(_) => "later",
        Outcome::Nonce => "nonce",
    }
}

#[test]
fn a_resource_refuses_by_what_it_says_and_not_by_its_status_alone() {
    let json: &[(&str, &str)] = &[("content-type", "application/json")];
    let to = |location: &'static str| [("location", location)];
    for (expected, answer) in [
        ("granted", response(200, json, r#"{"accounts":[]}"#)),
        ("granted", response(204, &[], "")),
        (
            "granted",
            response(200, json, r#"{"error":null,"data":{"me":"alice"}}"#),
        ),
        (
            "granted",
            response(200, json, r#"{"errors":[],"data":{"me":{"id":1}}}"#),
        ),
        (
            "granted",
            response(200, json, r#"{"success":true,"code":0,"message":"ok"}"#),
        ),
        (
            "granted",
            response(200, json, r#"{"status":"active","title":"a"}"#),
        ),
        (
            "granted",
            response(
                200,
                json,
                r#"{"errors":[{"message":"slow"}],"data":{"me":{"id":1}}}"#,
            ),
        ),
        (
            "granted",
            response(200, &[], "<html><h1>Accounts</h1></html>"),
        ),
        (
            "refused",
            response(200, json, r#"{"error":"invalid_token"}"#),
        ),
        (
            "refused",
            response(200, json, r#"{"error":{"code":401,"message":"no"}}"#),
        ),
        (
            "refused",
            response(
                200,
                json,
                r#"{"errors":[{"message":"Unauthorized"}],"data":null}"#,
            ),
        ),
        (
            "refused",
            response(200, json, r#"{"errors":[{"message":"Unauthorized"}]}"#),
        ),
        (
            "refused",
            response(
                200,
                json,
                r#"{"data":{"me":null},"errors":[{"message":"no"}]}"#,
            ),
        ),
        (
            "refused",
            response(200, json, r#"[{"errors":[{"message":"no"}]}]"#),
        ),
        (
            "refused",
            response(200, json, r#"{"success":false,"message":"bad token"}"#),
        ),
        (
            "refused",
            response(200, json, r#"{"statusCode":401,"message":"Unauthorized"}"#),
        ),
        (
            "refused",
            response(
                200,
                json,
                r#"{"jsonrpc":"2.0","error":{"code":-32001,"message":"no"}}"#,
            ),
        ),
        (
            "refused",
            response(
                200,
                &[],
                "<html><form><input type=\"password\"></form></html>",
            ),
        ),
        (
            "refused",
            response(
                200,
                &[],
                "<soap:Envelope><soap:Fault></soap:Fault></soap:Envelope>",
            ),
        ),
        ("refused", response(401, json, "{}")),
        ("refused", response(413, &[], "")),
        ("refused", response(302, &to("/login?next=/a"), "")),
        (
            "refused",
            response(
                303,
                &to("https://idp.example/oauth2/authorize?client_id=a"),
                "",
            ),
        ),
        (
            "refused",
            response(307, &to("https://idp.example/users/sign_in"), ""),
        ),
        (
            "unclear",
            response(302, &to("https://api.example/v2/a"), ""),
        ),
        ("unclear", response(404, json, "{}")),
        ("unclear", response(500, json, "{}")),
        ("later", response(429, &[], "")),
        ("later", response(429, &[("retry-after", "7")], "")),
        ("later", response(503, &[("retry-after", "1")], "")),
        ("unclear", response(503, &[], "")),
    ] {
        let target = api();
        let outcome = read(&target, &Request::get(target.url.clone()), &answer, None);
        assert_eq!(
            word(&outcome),
            expected,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
    }
}

#[test]
fn how_long_to_wait_is_said_in_seconds_or_as_a_moment() {
    let wait = |headers: &[(&str, &str)]| wait(&response(429, headers, ""));
    let date = ("date", "Wed, 21 Oct 2015 07:28:00 GMT");
    assert_eq!(wait(&[("retry-after", "7")]), Some(7));
    assert_eq!(
        wait(&[("retry-after", "Wed, 21 Oct 2015 07:28:05 GMT"), date]),
        Some(5)
    );
    assert_eq!(
        wait(&[("retry-after", "Wed, 21 Oct 2015 07:27:05 GMT"), date]),
        Some(1)
    );
    assert_eq!(wait(&[("retry-after", "soon")]), Some(1));
    assert_eq!(wait(&[("retry-after", "0")]), Some(1));
}

#[test]
fn a_nonce_is_asked_for_only_where_a_proof_was_sent() {
    let target = api();
    let mut request = Request::get(target.url.clone());
    let asks = response(
        401,
        &[
            ("dpop-nonce", "n"),
            ("www-authenticate", "DPoP error=\"use_dpop_nonce\""),
        ],
        "",
    );
    assert_eq!(read(&target, &request, &asks, None), Outcome::Refused(None));
    request.headers.push(Field::secret("DPoP", "x"));
    assert_eq!(read(&target, &request, &asks, None), Outcome::Nonce);
    let body = response(400, &[("dpop-nonce", "n")], r#"{"error":"use_dpop_nonce"}"#);
    assert_eq!(read(&target, &request, &body, None), Outcome::Nonce);
    let other = response(401, &[("dpop-nonce", "n")], r#"{"error":"invalid_token"}"#);
    assert_eq!(
        read(&target, &request, &other, None),
        Outcome::Refused(None)
    );
}

const REFRESH: &str = "urn:ietf:params:oauth:token-type:refresh_token";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

fn jwt(claims: &Value) -> String {
    let header = b64::encode(r#"{"alg":"ES256","typ":"at+jwt"}"#);
    format!("{header}.{}.c2ln", b64::encode(claims.to_string()))
}

fn issues(claims: &Value, more: &[(&str, &str)]) -> Response {
    let mut body = json!({ "access_token": jwt(claims), "token_type": "Bearer",
        "issued_token_type": ACCESS });
    for (name, value) in more {
        body[*name] = (*value).into();
    }
    response(
        200,
        &[("content-type", "application/json")],
        &body.to_string(),
    )
}

fn asks(fields: &[(&str, &str)]) -> Request {
    let url = "https://as.example/token".parse().unwrap();
    let same = [
        ("grant_type", "x"),
        ("subject_token", "s"),
        ("client_id", "planner"),
    ];
    let fields = same.iter().chain(fields);
    Request::form(
        url,
        fields
            .map(|(name, value)| Field::plain(*name, *value))
            .collect(),
    )
}

fn exchange() -> Target {
    Target {
        place: TokenPlace::SubjectToken,
        ..Target::bearer(Method::Post, "https://as.example/token".parse().unwrap())
    }
}

#[test]
fn a_token_endpoint_is_judged_by_what_it_issued() {
    let plain = json!({ "sub": "alice", "aud": "api", "scope": "read" });
    let with = |more: Value| {
        let mut all = plain.clone();
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        all
    };
    let acts = |name: &str| with(json!({ "act": { "sub": name } }));
    let actor = jwt(&json!({ "sub": "forger" }));
    let own = jwt(&json!({ "sub": "planner" }));
    let opaque = |more: &[(&str, &str)]| {
        let mut body = json!({ "access_token": "opaque-0123456789", "token_type": "Bearer" });
        for (name, value) in more {
            body[*name] = (*value).into();
        }
        response(
            200,
            &[("content-type", "application/json")],
            &body.to_string(),
        )
    };
    let scope = || asks(&[("scope", "read admin")]);
    let target = || asks(&[("audience", "https://forger.example")]);
    let wants = || asks(&[("requested_token_type", REFRESH)]);
    let sends = || asks(&[("actor_token", &actor), ("actor_token_type", ACCESS)]);
    let good = || (asks(&[]), issues(&plain, &[]));
    let good_actor = || {
        (
            asks(&[("actor_token", &own), ("actor_token_type", ACCESS)]),
            issues(&acts("planner"), &[]),
        )
    };
    let ignoring = || {
        (
            asks(&[("actor_token", &own), ("actor_token_type", ACCESS)]),
            issues(&plain, &[]),
        )
    };
    let by_client = || (asks(&[]), issues(&acts("planner"), &[]));
    let cases = [
        (
            "scope narrowed",
            "withheld",
            good(),
            scope(),
            issues(&plain, &[("scope", "read")]),
        ),
        (
            "scope narrowed, told by the token",
            "withheld",
            good(),
            scope(),
            issues(&plain, &[]),
        ),
        (
            "scope in the answer",
            "granted",
            good(),
            scope(),
            issues(&plain, &[("scope", "read admin")]),
        ),
        (
            "scope in the token",
            "granted",
            good(),
            scope(),
            issues(&with(json!({ "scope": ["read", "admin"] })), &[]),
        ),
        (
            "scope told by nobody",
            "unclear",
            good(),
            scope(),
            issues(&json!({ "sub": "alice" }), &[]),
        ),
        (
            "opaque, scope as asked",
            "granted",
            good(),
            scope(),
            opaque(&[]),
        ),
        (
            "opaque, narrowed",
            "withheld",
            good(),
            scope(),
            opaque(&[("scope", "read")]),
        ),
        (
            "target passed over",
            "withheld",
            good(),
            target(),
            issues(&plain, &[]),
        ),
        (
            "target granted",
            "granted",
            good(),
            target(),
            issues(
                &with(json!({ "aud": ["api", "https://forger.example/"] })),
                &[],
            ),
        ),
        (
            "target of an opaque token",
            "unclear",
            good(),
            target(),
            opaque(&[]),
        ),
        (
            "no audience",
            "unclear",
            good(),
            target(),
            issues(&json!({ "sub": "alice" }), &[]),
        ),
        (
            "resource passed over",
            "withheld",
            good(),
            asks(&[("resource", "https://forger.example/api")]),
            issues(&plain, &[]),
        ),
        (
            "type passed over",
            "withheld",
            good(),
            wants(),
            issues(&plain, &[]),
        ),
        (
            "type granted",
            "granted",
            good(),
            wants(),
            issues(&plain, &[("issued_token_type", REFRESH)]),
        ),
        (
            "a refresh token beside",
            "granted",
            good(),
            wants(),
            issues(&plain, &[("refresh_token", "r")]),
        ),
        (
            "actor passed over",
            "withheld",
            ignoring(),
            sends(),
            issues(&plain, &[]),
        ),
        (
            "actor taken",
            "granted",
            good_actor(),
            sends(),
            issues(&acts("forger"), &[]),
        ),
        (
            "actor forged under the same name",
            "granted",
            good_actor(),
            sends(),
            issues(&acts("planner"), &[]),
        ),
        (
            "actor dropped",
            "granted",
            good_actor(),
            sends(),
            issues(&plain, &[]),
        ),
        (
            "actor is the client, as ever",
            "withheld",
            by_client(),
            sends(),
            issues(&acts("planner"), &[]),
        ),
        (
            "type of an actor alone",
            "withheld",
            good(),
            asks(&[("actor_token_type", ACCESS)]),
            issues(&plain, &[]),
        ),
        (
            "another subject",
            "granted",
            good(),
            asks(&[("subject_token", "t")]),
            issues(&plain, &[]),
        ),
        (
            "an error with 200",
            "refused",
            good(),
            scope(),
            response(200, &[], r#"{"error":"invalid_scope"}"#),
        ),
        (
            "an error",
            "refused",
            good(),
            scope(),
            response(400, &[], r#"{"error":"invalid_scope"}"#),
        ),
        (
            "an empty refusal",
            "refused",
            good(),
            scope(),
            response(403, &[], ""),
        ),
        (
            "a page",
            "unclear",
            good(),
            scope(),
            response(200, &[], "<html></html>"),
        ),
        (
            "a failure",
            "unclear",
            good(),
            scope(),
            response(500, &[], r#"{"error":"server_error"}"#),
        ),
    ];
    for (name, expected, (request, response), forged, answer) in cases {
        let control = Control { request, response };
        let outcome = read(&exchange(), &forged, &answer, Some(&control));
        assert_eq!(word(&outcome), expected, "{name}: {outcome:?}");
    }
}

#[test]
fn what_is_not_authenticated_is_granted_where_a_token_comes() {
    let mut signed = asks(&[]);
    signed
        .headers
        .push(Field::secret("Authorization", "Basic x"));
    let control = Control {
        request: signed,
        response: issues(&json!({ "sub": "alice" }), &[]),
    };
    let answer = issues(&json!({ "sub": "alice" }), &[]);
    let outcome = read(
        &exchange(),
        &asks(&[("scope", "a")]),
        &answer,
        Some(&control),
    );
    assert_eq!(outcome, Outcome::Granted);
}
