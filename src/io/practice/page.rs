//! The two pages that a person sees: choose a user, and why a request cannot be answered.

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{kit::markup::xml_attribute, practice::authorize::Choice};

/// The page to choose a user.
pub fn choose(choice: &Choice) -> Response {
    let note = choice.note.as_deref().map_or_else(String::new, |note| {
        format!("<p role=\"status\">{}</p>", xml_attribute(note))
    });
    let may_act = choice.may_act.map_or_else(
        || "any agent of this server".to_owned(),
        |agent| format!("{}, and no other agent", xml_attribute(agent)),
    );
    let users: String = choice
        .users
        .iter()
        .map(|(user, link)| {
            format!(
                "<li><a href=\"{}\">Sign in as {}</a></li>",
                xml_attribute(link),
                xml_attribute(user)
            )
        })
        .collect();
    let scope = if choice.scope.is_empty() {
        "nothing"
    } else {
        &choice.scope
    };
    page(
        StatusCode::OK,
        "Practice sign-in",
        &format!(
            "{note}<p>The client <b>{}</b> asks for <b>{}</b> at <b>{}</b>. Who may act with it for you: {may_act}.</p>\
             <ul>{users}</ul><p><a href=\"{}\">Refuse</a></p>\
             <p>This is a practice server on your own machine. There are no passwords.</p>",
            xml_attribute(&choice.client),
            xml_attribute(scope),
            xml_attribute(&choice.target),
            xml_attribute(&choice.deny)
        ),
    )
}

/// Why a request cannot be answered, where a redirect would send the user to an unknown place.
pub fn refused(status: StatusCode, why: &str) -> Response {
    page(
        status,
        "This sign-in cannot go on",
        &format!(
            "<p>{}</p><p>Nothing was sent back to the client.</p>",
            xml_attribute(why)
        ),
    )
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <style>:root{{color-scheme:light dark}}body{{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:10vh auto;padding:0 1rem}}\
         li{{margin:.75rem 0}}</style><main><h1>{title}</h1>{body}</main></html>"
    );
    (
        status,
        [
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            ),
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        Html(html),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "<b a=\"x\" c='y'>&\u{202e}";

    async fn text(response: Response) -> String {
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
        String::from_utf8(body.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn nothing_that_a_request_says_becomes_markup() {
        let choice = Choice {
            note: Some(HOSTILE.into()),
            may_act: Some(HOSTILE),
            users: vec![(HOSTILE, HOSTILE.into())],
            scope: HOSTILE.into(),
            client: HOSTILE.into(),
            target: HOSTILE.into(),
            deny: HOSTILE.into(),
        };
        for (response, times) in [
            (choose(&choice), 8),
            (refused(StatusCode::BAD_REQUEST, HOSTILE), 1),
        ] {
            let page = text(response).await;
            assert!(
                !page.contains(HOSTILE) && !page.contains('\u{202e}'),
                "{page}"
            );
            let written = "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;\\u{202e}";
            assert_eq!(page.matches(written).count(), times, "{page}");
        }
    }
}
