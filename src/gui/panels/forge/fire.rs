//! The target and the firing.

use std::{collections::BTreeSet, sync::Arc};

use egui::{DragValue, Margin, ProgressBar, RichText, ScrollArea, Ui};
use url::Url;

use super::{columns, list::caption, matrix, wrapped};
use crate::{
    app::{Command, forge, model::Practice},
    attack::{
        Family, Forgery, catalogue,
        fire::{LIMIT, MAX_PER_SECOND, PER_SECOND, Pace, Plan},
        target::{Endpoint, MARK, Place, REFUSALS, Target},
    },
    gui::{
        Cx,
        icons::Icon,
        theme::{self, space},
        widgets,
    },
    jose::Jwk,
    kit::{ids::TokenId, text::escape},
    oauth::{
        client_auth::AuthMethod,
        http::{FORM, Method},
    },
};

/// Where the token goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Where {
    #[default]
    Bearer,
    Header,
    Body,
    Exchange,
}

impl Where {
    const ALL: [Self; 4] = [Self::Bearer, Self::Header, Self::Body, Self::Exchange];

    fn words(self) -> &'static str {
        match self {
            Self::Bearer => "Authorization header, Bearer",
            Self::Header => "Another header",
            Self::Body => "Body",
            Self::Exchange => "Subject token of an exchange",
        }
    }
}

/// What the form keeps between frames.
pub(super) struct State {
    url: String,
    method: Method,
    place: Where,
    header: String,
    media: String,
    body: String,
    refused: String,
    second: String,
    client: Option<(String, String)>,
    audience: String,
    rate: u32,
    limit: usize,
    /// Families that are left out.
    without: BTreeSet<Family>,
    error: Option<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            url: String::new(),
            method: Method::Get,
            place: Where::default(),
            header: "X-Access-Token".into(),
            media: FORM.into(),
            body: format!("token={MARK}"),
            refused: REFUSALS.map(|s| s.to_string()).join(", "),
            second: String::new(),
            client: None,
            audience: String::new(),
            rate: PER_SECOND,
            limit: LIMIT,
            without: BTreeSet::new(),
            error: None,
        }
    }
}

/// Draws form and matrix.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    columns(
        ui,
        cx,
        0.4,
        (250.0, 380.0),
        |ui, cx| {
            ScrollArea::vertical()
                .id_salt("target")
                .auto_shrink(false)
                .show(ui, |ui| {
                    egui::Frame::new()
                        .inner_margin(Margin::symmetric(14, 10))
                        .show(ui, |ui| {
                            ui.set_width(ui.available_width());
                            ui.spacing_mut().item_spacing.y = space::S;
                            form(ui, cx, id);
                        });
                });
        },
        results,
    );
}

fn results(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = cx.model;
    if let Some(firing) = &model.forge.firing {
        let (done, all) = firing.progress();
        egui::Frame::new()
            .inner_margin(Margin::symmetric(space::M as i8, 8))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    if widgets::button(ui, Icon::Stop, "Cancel").clicked() {
                        cx.push(Command::CancelFire);
                    }
                    ui.add(
                        ProgressBar::new(done as f32 / all.max(1) as f32)
                            .text(format!("{done} of {all}"))
                            .desired_width(ui.available_width()),
                    );
                });
            });
        matrix::ui(ui, cx, &Arc::clone(&firing.matrix), true);
        return;
    }
    let Some(matrix) = model.forge.matrix.clone() else {
        widgets::empty(
            ui,
            "The matrix of verdicts shows here: refused as it should be, accepted although forged, or void because the good token was refused.",
            |_| {},
        );
        return;
    };
    matrix::ui(ui, cx, &matrix, false);
}

fn form(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    caption(ui, "Target", cx);
    suggestions(ui, cx);
    let clients = forge::clients(cx.model);
    let state = &mut cx.view.forge.fire;
    widgets::menu(ui, "Where the token goes", state.place.words(), |ui| {
        for place in Where::ALL {
            if ui
                .selectable_label(state.place == place, place.words())
                .clicked()
            {
                state.place = place;
                ui.close();
            }
        }
    });
    if state.place == Where::Exchange {
        exchange(ui, state, &clients);
    } else {
        resource(ui, state);
    }
    let state = &cx.view.forge.fire;
    let chosen = chosen(state).len();
    if let Some(error) = &state.error {
        ui.label(RichText::new(error.as_str()).color(cx.theme.critical));
    }
    let busy = cx.model.forge.firing.is_some() || cx.model.forge.forged.is_none();
    ui.add_enabled_ui(!busy && chosen > 0, |ui| {
        if widgets::primary(ui, Some(Icon::Play), &format!("Fire {chosen} forgeries")).clicked() {
            let planned = plan(cx, id);
            match planned {
                Ok(plan) => {
                    cx.view.forge.fire.error = None;
                    cx.push(Command::Fire(Arc::new(plan)));
                }
                Err(why) => cx.view.forge.fire.error = Some(why),
            }
        }
    });
    wrapped(
        ui,
        theme::small(
            "The untouched token is sent first and last: when it is refused, the result is void.",
        )
        .color(cx.theme.muted),
    );
    families(ui, cx);
    limits(ui, cx);
}

/// Practice servers at a click.
fn suggestions(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = cx.model;
    let running: Vec<_> = model
        .practice
        .iter()
        .filter_map(|(faults, p)| match p {
            Practice::Running(info) => Some((faults, info)),
            _ => None,
        })
        .collect();
    if running.is_empty() {
        return;
    }
    let state = &mut cx.view.forge.fire;
    widgets::menu(ui, "Practice servers", "Practice servers", |ui| {
        for (faults, info) in running {
            if !faults.is_empty() {
                let names: Vec<&str> = faults.iter().map(String::as_str).collect();
                ui.label(theme::small(names.join(", ")));
            }
            for (name, url, scopes) in &info.resources {
                // The first scope reads; one more changes something.
                let methods: &[Method] = match scopes.len() {
                    0 | 1 => &[Method::Get],
                    _ => &[Method::Get, Method::Post],
                };
                for method in methods {
                    let words = format!("{} {}", method.name(), escape(name));
                    if widgets::menu_item(ui, &words, "").clicked() {
                        state.url = url.to_string();
                        state.method = *method;
                        state.place = Where::Bearer;
                        ui.close();
                    }
                }
            }
            if widgets::menu_item(ui, "Token endpoint, as an exchange", "").clicked() {
                state.place = Where::Exchange;
                ui.close();
            }
        }
    });
}

fn resource(ui: &mut Ui, state: &mut State) {
    ui.horizontal(|ui| {
        widgets::menu(ui, "Method", state.method.name(), |ui| {
            for method in [
                Method::Get,
                Method::Post,
                Method::Put,
                Method::Patch,
                Method::Delete,
            ] {
                if ui
                    .selectable_label(state.method == method, method.name())
                    .clicked()
                {
                    state.method = method;
                    ui.close();
                }
            }
        });
        widgets::text_field(
            ui,
            "Address of the target",
            "https://api.example.com/accounts",
            &mut state.url,
            false,
        );
    });
    match state.place {
        Where::Header => {
            widgets::text_field(
                ui,
                "Name of the header",
                "X-Access-Token",
                &mut state.header,
                false,
            );
        }
        Where::Body => {
            widgets::text_field(ui, "Media type of the body", FORM, &mut state.media, false);
            ui.add(
                egui::TextEdit::multiline(&mut state.body)
                    .font(theme::mono_font())
                    .desired_rows(2)
                    .margin(Margin::symmetric(8, 5))
                    .desired_width(f32::INFINITY),
            )
            .accessible_name("Body with {token}");
        }
        Where::Bearer | Where::Exchange => {}
    }
}

fn exchange(
    ui: &mut Ui,
    state: &mut State,
    clients: &[(
        String,
        Arc<crate::oauth::metadata::Metadata>,
        crate::oauth::client_auth::Client,
    )],
) {
    let confidential: Vec<_> = clients
        .iter()
        .filter(|(_, _, c)| c.method != AuthMethod::None)
        .collect();
    if confidential.is_empty() {
        wrapped(
            ui,
            "No client can ask: start the practice server, or connect a server and add a client.",
        );
        return;
    }
    let known = |(server, id): &(String, String)| {
        confidential
            .iter()
            .any(|(s, _, c)| s == server && c.client_id == *id)
    };
    if !state.client.as_ref().is_some_and(known) {
        state.client = confidential
            .first()
            .map(|(server, _, client)| (server.clone(), client.client_id.clone()));
    }
    let text = state
        .client
        .as_ref()
        .map_or("Choose a client".into(), |(server, id)| {
            format!("{} at {server}", escape(id))
        });
    widgets::menu(ui, "Client that asks", text, |ui| {
        for (server, _, client) in &confidential {
            let this = (server.clone(), client.client_id.clone());
            let on = state.client.as_ref() == Some(&this);
            let words = format!("{} at {server}", escape(&client.client_id));
            if ui.selectable_label(on, words).clicked() {
                state.client = Some(this);
                ui.close();
            }
        }
    });
    widgets::text_field(
        ui,
        "Audience to ask for",
        "audience, such as accounts-api",
        &mut state.audience,
        false,
    );
}

fn families(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        caption(ui, "Families", cx);
        let state = &mut cx.view.forge.fire;
        if ui.small_button("All").clicked() {
            state.without.clear();
        }
        if ui.small_button("None").clicked() {
            state.without = Family::ALL.into();
        }
    });
    let state = &mut cx.view.forge.fire;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
        for family in Family::ALL {
            let on = !state.without.contains(&family);
            let button = egui::Button::selectable(on, theme::small(family.title()));
            if ui.add(button).on_hover_text(family.says()).clicked()
                && !state.without.remove(&family)
            {
                state.without.insert(family);
            }
        }
    });
}

fn limits(ui: &mut Ui, cx: &mut Cx<'_>) {
    let state = &mut cx.view.forge.fire;
    ui.add_space(space::XS);
    widgets::field(ui, "Rate", |ui| {
        ui.add(
            DragValue::new(&mut state.rate)
                .range(1..=MAX_PER_SECOND)
                .suffix(" a second"),
        )
        .accessible_name("Requests a second at most")
    });
    widgets::field(ui, "At most", |ui| {
        ui.add(
            DragValue::new(&mut state.limit)
                .range(3..=10_000)
                .suffix(" requests"),
        )
        .accessible_name("Requests in all at most")
    });
    widgets::field(ui, "Refused by", |ui| {
        widgets::text_field(
            ui,
            "Statuses that count as a refusal",
            "400, 401, 403",
            &mut state.refused,
            false,
        )
    });
    if state.place != Where::Exchange {
        widgets::field(ui, "Second server", |ui| {
            widgets::text_field(
                ui,
                "A second resource server, which must not take the token",
                "optional address",
                &mut state.second,
                false,
            )
        });
    }
}

fn chosen(state: &State) -> Vec<&'static Forgery> {
    let aimed = |f: &&Forgery| match state.place {
        // What is aimed at the other kind of endpoint says so in the matrix; here it is left out.
        Where::Exchange => f.family != Family::Dpop,
        _ => !matches!(f.family, Family::Exchange | Family::ClientAssertion),
    };
    catalogue()
        .iter()
        .filter(|f| !state.without.contains(&f.family))
        .filter(aimed)
        .collect()
}

fn plan(cx: &Cx<'_>, id: TokenId) -> Result<Plan, String> {
    let state = &cx.view.forge.fire;
    let forged = cx
        .model
        .forge
        .forged
        .as_ref()
        .ok_or("The forgeries of this token are still being made.")?;
    let mut with = forged.with.clone();
    with.now = cx.seconds();
    let mut target = if state.place == Where::Exchange {
        Target::exchange(endpoint(cx)?)?
    } else {
        let url = Url::parse(state.url.trim())
            .ok()
            .filter(|u| matches!(u.scheme(), "http" | "https") && u.has_host())
            .ok_or("Enter the address of the target, such as https://api.example.com/accounts.")?;
        Target::bearer(state.method, url)
    };
    match state.place {
        Where::Header => target.place = Place::Header(state.header.trim().to_owned()),
        Where::Body => {
            target.place = Place::Body;
            target.body = Some((state.media.trim().to_owned(), state.body.clone()));
        }
        Where::Bearer | Where::Exchange => {}
    }
    if state.place == Where::Bearer
        && let Some(key) = bound(cx, id)
    {
        target.place = Place::Authorization("DPoP".into());
        target.proof = Some(key);
    }
    target.refusals = state
        .refused
        .split([',', ' '])
        .filter(|s| !s.is_empty())
        .map(|s| {
            s.parse()
                .ok()
                .filter(|n| (100..600).contains(n))
                .ok_or_else(|| {
                    format!(
                        "{} is no status: enter numbers such as 401, 403.",
                        escape(s)
                    )
                })
        })
        .collect::<Result<_, String>>()?;
    let second = state.second.trim();
    if !second.is_empty() {
        let url = Url::parse(second).map_err(|_| "The second server has no valid address.")?;
        target.second = Some(url);
    }

    target
        .check()
        .map_err(|why| super::super::graph::capital(&format!("{why}.")))?;
    Ok(Plan {
        token: forged.basis.raw.to_string(),
        with,
        target,
        forgeries: chosen(state),
        pace: Pace {
            per_second: state.rate,
            limit: state.limit,
            ..Pace::default()
        },
    })
}

/// The private key of the tray that the token is bound to, if it is there (RFC 9449 §6.1).
fn bound(cx: &Cx<'_>, id: TokenId) -> Option<Jwk> {
    let view = cx.model.analysis.tokens.get(&id)?;
    let jkt = view.token.claim("cnf")?.get("jkt")?.as_str()?;
    let keys = cx.model.vault.keys.values();
    keys.filter(|key| key.kty() != "oct")
        .find(|key| key.thumbprint().is_ok_and(|t| t == jkt))
        .cloned()
}

fn endpoint(cx: &Cx<'_>) -> Result<Endpoint, String> {
    let state = &cx.view.forge.fire;
    let (server, id) = state
        .client
        .as_ref()
        .ok_or("Choose the client that asks for the exchange.")?;
    let (_, metadata, client) = forge::clients(cx.model)
        .into_iter()
        .find(|(s, _, c)| s == server && c.client_id == *id)
        .ok_or("This client is not there any more: choose another.")?;
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    Ok(Endpoint {
        server: (*metadata).clone(),
        client,
        actor_token: None,
        audience: words(&state.audience),
        scope: Vec::new(),
    })
}
