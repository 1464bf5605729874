//! What an authorization server says of itself, and how its issuer has to be written.

use egui::{RichText, Ui};

use crate::{
    app::workspace::ServerEntry,
    gui::{
        context::Cx,
        icons::Icon,
        request::WindowRequest,
        theme,
        widgets::{
            self,
            chips::{Mark, chip},
        },
    },
    jose::{Jwk, Jwks},
    kit::text::{escape, excerpt},
};

/// Keys that are listed one by one.
const LISTED: usize = 12;

/// An issuer as RFC 8414 §2 wants it: https (http on loopback), no query, no fragment.
pub fn check_issuer(text: &str) -> Result<String, String> {
    let text = text.trim();
    let url = url::Url::parse(text).map_err(|e| {
        format!("This is no URL ({e}). Write it whole, such as https://as.example.com")
    })?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => {
            return Err(
                "An issuer is an https URL (RFC 8414 §2); http is taken on loopback only.".into(),
            );
        }
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("An issuer has no query and no fragment (RFC 8414 §2).".into());
    }
    Ok(text.to_owned())
}

/// What the server says of itself.
pub fn metadata<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, server: &ServerEntry) {
    let theme = cx.theme;
    widgets::field(ui, "Issuer", |ui| {
        ui.add(
            egui::Label::new(excerpt(&server.issuer, 120).as_str())
                .wrap()
                .selectable(true),
        )
    });
    let Some(metadata) = &server.metadata else {
        ui.label(RichText::new("Its metadata is not here yet.").color(theme.muted));
        return;
    };
    for (name, value) in [
        ("Authorize", &metadata.authorization_endpoint),
        ("Token", &metadata.token_endpoint),
        ("Keys", &metadata.jwks_uri),
        ("Introspect", &metadata.introspection_endpoint),
    ] {
        if let Some(value) = value {
            widgets::field(ui, name, |ui| {
                ui.add(
                    egui::Label::new(excerpt(value, 120).as_str())
                        .wrap()
                        .selectable(true),
                )
            });
        }
    }
    let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    let words = match &metadata.grant_types_supported {
        Some(grants) if grants.iter().any(|g| g == exchange) => "offered",
        Some(_) => "not in grant_types_supported",
        None => "grant_types_supported is absent: try it",
    };
    widgets::field(ui, "Exchange", |ui| ui.label(words));
    if let Some(keys) = cx.model.jwks.get(&server.issuer) {
        widgets::field(ui, "Key set", |ui| {
            ui.label(match keys.keys.len() {
                1 => "1 key".to_owned(),
                n => format!("{n} keys"),
            })
        });
        let keys = std::sync::Arc::clone(keys);
        let former = cx.model.former_jwks.get(&server.issuer).cloned();
        key_set(ui, cx, &keys, former.as_deref());
    }
    if widgets::button(ui, Icon::Copy, "Copy metadata").clicked() {
        let text = serde_json::to_string_pretty(&metadata.document).unwrap_or_default();
        cx.ask(WindowRequest::Copy(text, "Metadata".into()));
    }
}

/// The keys that a server publishes; what the last rotation brought and took is marked.
fn key_set<S>(ui: &mut Ui, cx: &Cx<'_, S>, keys: &Jwks, former: Option<&Jwks>) {
    let line = |ui: &mut Ui, key: &Jwk, mark: Mark| {
        ui.horizontal_wrapped(|ui| {
            chip(ui, &excerpt(key.kid().unwrap_or("no kid"), 28), mark);
            let alg = key.text("alg").unwrap_or("any algorithm");
            let words = match key.text("use") {
                Some(purpose) => {
                    format!("{} · {} · {}", key.describe(), escape(alg), escape(purpose))
                }
                None => format!("{} · {}", key.describe(), escape(alg)),
            };
            ui.label(theme::small(words).color(cx.theme.muted));
        });
    };
    for key in keys.keys.iter().take(LISTED) {
        let new = former.is_some_and(|former| !former.holds(key));
        line(ui, key, if new { Mark::Added } else { Mark::Kept });
    }
    if keys.keys.len() > LISTED {
        let more = format!("and {} more", keys.keys.len() - LISTED);
        ui.label(theme::small(more).color(cx.theme.muted));
    }
    let gone = former.iter().flat_map(|former| &former.keys);
    for key in gone.filter(|key| !keys.holds(key)).take(LISTED) {
        line(ui, key, Mark::Removed);
    }
}
