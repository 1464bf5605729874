//! The claims of an SD-JWT as a reader meets them: what is disclosed and what is not at its place.

use egui::{Align, Label, Layout, Ui};
use serde_json::Value;

use super::{
    editors,
    rows::{self, Was, columns, culled},
    state::{self, Cx},
};
use crate::{
    app::{
        analysis::TokenView,
        presentation::{self, Presentation},
        token,
    },
    gui::{
        icons::Icon,
        sections::token_text::plain,
        theme::{self, space},
        times,
        widgets::{
            self,
            chips::{Mark, chip},
        },
    },
    kit::{
        ids::TokenId,
        text::{escape, excerpt, shorten},
    },
    token::{
        craft::Part,
        guide,
        sd_jwt::{Change, ClaimPlace, ClaimState, Disclosure, Edit, SdJwt},
    },
};

/// Characters of a value that are drawn.
const SHOWN: usize = 600;

/// Room for the mark of what is disclosed, and for the way to leave it out.
const MARK: f32 = 132.0;

const REVEAL: &str = "Make it plain";
const CONCEAL: &str = "Make it selectively disclosable";

/// How far members stand in from what is around them.
const STEP: f32 = 12.0;

/// How much is disclosed, and all or nothing of it: stands in the heading of the claims.
pub fn summary(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView, sd: &SdJwt) {
    let hidden = match sd.hidden {
        0 => "nothing hidden".to_owned(),
        n => format!("{n} not disclosed or decoys"),
    };
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let small = |ui: &mut Ui, words| ui.add(egui::Button::new(theme::small(words)).small());
        if view.left_out && small(ui, "Disclose all").clicked() {
            cx.push(presentation::Command::Present(id, Presentation::ShowAll));
        }
        if !sd.disclosures.is_empty() && small(ui, "Hide all").clicked() {
            cx.push(presentation::Command::Present(id, Presentation::HideAll));
        }
        let words = format!("{} disclosed, {hidden}", sd.disclosures.len());
        ui.label(theme::small(words).color(cx.theme.muted));
    });
}

/// Draws the rows of the claims. `before` are the signed claims as they were received. Gives how many
/// rows there are.
pub fn claims(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    id: TokenId,
    view: &TokenView,
    sd: &SdJwt,
    before: Option<&serde_json::Map<String, Value>>,
) -> usize {
    let received = view.received.as_ref().and_then(|t| t.disclosed.as_deref());
    let unmatched = sd.disclosures.iter().filter(|d| d.pointer.is_none());
    let count = sd.places.len() + unmatched.clone().count();
    let many = count > rows::FEW;
    for (n, place) in sd.places.iter().enumerate() {
        culled(ui, cx, (Part::Payload, n), many, |ui, cx| {
            match &place.state {
                ClaimState::Signed(_) if place.depth == 0 && !place.opens => {
                    let received = before.and_then(|map| map.get(&place.name));
                    let was = Was {
                        changed: before.is_some() && received != Some(&place.value),
                        value: received,
                    };
                    rows::row(ui, cx, (id, Part::Payload), &place.name, &place.value, &was);
                }
                ClaimState::Hidden(hash) => {
                    let left_out = received.and_then(|all| place.state.left_out(all));
                    hidden(ui, cx, id, place, hash, left_out);
                }
                _ => row(ui, cx, id, sd, place, received),
            }
        });
    }
    for (n, one) in unmatched.enumerate() {
        let key = (Part::Payload, sd.places.len() + n);
        culled(ui, cx, key, many, |ui, cx| stray(ui, cx, id, one));
    }
    count
}

/// The name of a place, as far in as it stands; opens it in the inspector.
fn name(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, sd: &SdJwt, place: &ClaimPlace) -> egui::Id {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(inset(place));
        if let Some((field, name)) = rows::renaming(ui, cx, (id, &place.pointer), &place.name) {
            if let Some(name) = name {
                let follows = rows::renamed(cx, (id, &place.pointer), &name);
                cx.push(edit(id, &place.pointer, Change::Rename(name)));
                cx.commands.extend(follows);
            }
            return field;
        }
        let shown = excerpt(&place.name, 60);
        let colour = cx.theme.token_payload;
        let path = (id, place.pointer.clone());
        let label = ui
            .vertical(|ui| {
                rows::name_label(ui, cx, path, &shown, colour, |ui, cx| {
                    if !place.opens {
                        rows::copy_item(ui, cx, &shown, &place.value);
                    }
                    menu(ui, cx, id, sd, place);
                })
            })
            .inner;
        if in_object(sd, &place.pointer) {
            rows::rename_by_key(ui, cx, label, (id, &place.pointer), &place.name);
        }
        label
    })
    .inner
}

/// What can be done with a claim beside typing a value.
fn menu(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, sd: &SdJwt, place: &ClaimPlace) {
    if in_object(sd, &place.pointer) {
        rows::rename_item(ui, cx, (id, &place.pointer), &place.name);
    }
    match place.state {
        ClaimState::Disclosed(_) => {
            if widgets::menu_item(ui, REVEAL, "")
                .on_hover_text("The issuer signs it in clear: every verifier sees it")
                .clicked()
            {
                cx.push(edit(id, &place.pointer, Change::Reveal));
                ui.close();
            }
        }
        _ => conceal_item(ui, cx, id, &place.pointer),
    }
    if widgets::menu_item(ui, "Remove", "").clicked() {
        let gone = Change::Set(String::new(), None);
        cx.push(edit(id, &place.pointer, gone));
        ui.close();
    }
}

/// The item of a claim's menu that makes it selectively disclosable, where it can be.
pub(super) fn conceal_item(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, pointer: &str) {
    let can = cx.model.analysis.tokens.get(&id).is_some_and(|view| {
        view.token.disclosed.is_some() || view.token.form == crate::token::Form::Compact
    });
    if can
        && pointer != "/_sd_alg"
        && widgets::menu_item(ui, CONCEAL, "")
            .on_hover_text("The issuer signs its hash: the holder discloses it, or does not")
            .clicked()
    {
        cx.push(edit(id, pointer, Change::Conceal));
        ui.close();
    }
}

/// Whether a claim is disclosed or signed in clear, and the way from one to the other: for the
/// inspector.
pub fn standing(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, sd: &SdJwt, pointer: &str) {
    let place = sd.places.iter().find(|place| place.pointer == pointer);
    let (words, item, change) = match place.map(|place| &place.state) {
        None | Some(ClaimState::Hidden(_)) => return,
        Some(ClaimState::Signed(at)) if at == "/_sd_alg" => return,
        Some(ClaimState::Disclosed(_)) => ("Disclosed by the holder.", REVEAL, Change::Reveal),
        Some(ClaimState::Inside(..)) => (
            "In clear inside what the holder discloses.",
            CONCEAL,
            Change::Conceal,
        ),
        Some(ClaimState::Signed(_)) => ("Signed in clear.", CONCEAL, Change::Conceal),
    };
    ui.add_space(space::XS);
    ui.label(words);
    if ui.button(item).clicked() {
        cx.push(edit(id, pointer, change));
    }
}

fn edit(id: TokenId, pointer: &str, change: Change) -> presentation::Command {
    let pointer = pointer.to_owned();
    presentation::Command::EditClaim(id, Edit { pointer, change })
}

/// Whether a place is a member, and no element of an array.
fn in_object(sd: &SdJwt, pointer: &str) -> bool {
    let around = pointer.rsplit_once('/').map_or("", |(around, _)| around);
    sd.claims.pointer(around).is_some_and(Value::is_object)
}

fn inset(place: &ClaimPlace) -> f32 {
    STEP * place.depth.min(6) as f32
}

fn row(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    id: TokenId,
    sd: &SdJwt,
    place: &ClaimPlace,
    received: Option<&SdJwt>,
) {
    columns(
        ui,
        cx,
        |ui, cx| name(ui, cx, id, sd, place),
        |ui, cx| {
            let one = match place.state {
                ClaimState::Disclosed(n) => sd.disclosures.get(n),
                _ => None,
            };
            let width = ui.available_width();
            let value = |ui: &mut Ui, cx: &mut Cx<'_>| {
                if place.opens {
                    ui.add_space(3.0);
                    ui.label(theme::small("discloses in part").color(cx.theme.muted));
                } else {
                    editor(ui, cx, id, place, received);
                }
            };
            match one {
                None => value(ui, cx),
                Some(one) if width < MARK * 2.0 => {
                    value(ui, cx);
                    disclosed(ui, cx, id, one, None, "disclosed");
                }
                Some(one) => {
                    ui.horizontal_top(|ui| {
                        ui.vertical(|ui| {
                            ui.set_width(width - MARK);
                            value(ui, cx);
                        });
                        disclosed(ui, cx, id, one, None, "disclosed");
                    });
                }
            }
        },
        |ui, cx| {
            // Of a member of something the meaning is known; its own name means nothing there.
            let meaning = guide::member(Part::Payload, &place.pointer)
                .filter(|m| place.depth == 0 || m.name == place.name);
            if let Some(meaning) = meaning {
                ui.add_space(1.0);
                ui.add(Label::new(theme::prose(meaning.says, 12.0, cx.theme.muted)).wrap())
                    .on_hover_text(meaning.source);
            }
        },
    );
}

/// The editor of a value. One that is disclosed, or stands inside something that is, is made anew with
/// its hash.
fn editor(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, place: &ClaimPlace, received: Option<&SdJwt>) {
    let field = state::MemberPlace {
        part: Part::Payload,
        name: place.pointer.clone(),
    };
    // An element has another number when one before it is hidden: what it was is not known.
    let named = place
        .pointer
        .split('/')
        .all(|step| step.parse::<usize>().is_err());
    let received = received.filter(|_| named);
    let before = received.and_then(|all| all.claims.pointer(&place.pointer));
    let changed = received.is_some() && before != Some(&place.value);
    let made = editors::ui(ui, cx, &field, &place.value, before, changed);
    if let Some((inner, new)) = made {
        match &place.state {
            ClaimState::Signed(at) => cx.push(token::Command::SetMember {
                token: id,
                part: Part::Payload,
                pointer: format!("{at}{inner}"),
                value: new,
            }),
            _ => cx.push(edit(id, &place.pointer, Change::Set(inner, new))),
        }
    }
}

/// A value that only reads.
fn value(ui: &mut Ui, cx: &Cx<'_>, name: &str, value: &Value) {
    let mut text = excerpt(&plain(value), SHOWN);
    if matches!(name, "exp" | "iat" | "nbf" | "auth_time" | "updated_at")
        && let Some(seconds) = value.as_i64()
    {
        text = format!("{text} · {}", times::full(cx, seconds));
    }
    ui.add(Label::new(theme::mono(text)).wrap().selectable(true));
}

/// [`value`], on a line with the name beside it.
pub(super) fn plain_value(ui: &mut Ui, cx: &Cx<'_>, name: &str, inner: &Value) {
    ui.add_space(2.0);
    value(ui, cx, name, inner);
}

/// The mark of what is disclosed, and the way to leave it out.
fn disclosed(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    id: TokenId,
    one: &Disclosure,
    shown: Option<&Value>,
    words: &str,
) {
    let name = match one.name.as_deref() {
        Some(name) => excerpt(name, 40),
        None => format!("element {}", excerpt(&plain(&one.value), 30)),
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if let Some(shown) = shown {
            value(ui, cx, one.name.as_deref().unwrap_or(""), shown);
            ui.add_space(space::XS);
        }
        Icon::Unlock.show(ui, 11.0, cx.theme.muted);
        ui.label(theme::small(words).color(cx.theme.muted))
            .on_hover_text(format!(
                "By the holder: {}\nHash {}",
                excerpt(&one.text, 200),
                escape(&one.digest)
            ));
        let hide = egui::Button::new(theme::small("Hide")).small();
        if ui
            .add(hide)
            .accessible_name(format!("Hide {name}"))
            .on_hover_text("Leaves its disclosure out of the presentation")
            .clicked()
        {
            cx.push(presentation::Command::Present(
                id,
                Presentation::Hide(one.text.clone()),
            ));
        }
    });
}

/// A hash that nothing is disclosed for. What was received and left out since can come back.
fn hidden(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    id: TokenId,
    place: &ClaimPlace,
    hash: &str,
    left_out: Option<&Disclosure>,
) {
    columns(
        ui,
        cx,
        |ui, cx| {
            ui.add_space(2.0);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                ui.add_space(inset(place));
                let text = match left_out.and_then(|one| one.name.as_deref()) {
                    Some(name) => theme::mono(excerpt(name, 60)).strikethrough(),
                    None => theme::small("not disclosed"),
                };
                ui.add(Label::new(text.color(cx.theme.muted)).wrap()).id
            })
            .inner
        },
        |ui, cx| {
            let Some(one) = left_out else {
                let text: String = hash.chars().take(16).collect();
                let text = format!("{}…", escape(&text));
                ui.label(theme::mono(text).color(cx.theme.muted))
                    .on_hover_text(format!("Hash {}", escape(hash)));
                return;
            };
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                chip(ui, &shorten(&plain(&one.value), 120), Mark::Removed);
                ui.add_space(space::XS);
                Icon::Lock.show(ui, 11.0, cx.theme.muted);
                ui.label(theme::small("not disclosed").color(cx.theme.muted));
                let name = one.name.as_deref().unwrap_or("element");
                let show = egui::Button::new(theme::small("Disclose")).small();
                if ui
                    .add(show)
                    .accessible_name(format!("Disclose {}", excerpt(name, 40)))
                    .clicked()
                {
                    cx.push(presentation::Command::Present(
                        id,
                        Presentation::Show(one.text.clone()),
                    ));
                }
            });
        },
        |ui, cx| {
            ui.add_space(1.0);
            let says = if left_out.is_some() {
                "Received, and left out of this presentation."
            } else {
                "A claim that stays hidden, or a decoy."
            };
            ui.add(Label::new(theme::prose(says, 12.0, cx.theme.muted)).wrap())
                .on_hover_text("RFC 9901 §4.2.5");
        },
    );
}

/// A disclosure that no hash asks for.
fn stray(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, one: &Disclosure) {
    let name = one.name.as_deref().unwrap_or("element");
    columns(
        ui,
        cx,
        |ui, cx| {
            ui.add_space(2.0);
            let text = theme::mono(excerpt(name, 60)).color(cx.theme.high);
            ui.add(Label::new(text).wrap()).id
        },
        |ui, cx| {
            disclosed(ui, cx, id, one, Some(&one.value), "belongs to no hash");
        },
        |ui, cx| {
            ui.horizontal_top(|ui| {
                Icon::Warning.show(ui, 12.0, cx.theme.high);
                let says = "The issuer did not sign it: a verifier must refuse the token.";
                ui.add(Label::new(theme::prose(says, 12.0, cx.theme.high)).wrap())
                    .on_hover_text("RFC 9901 §7.1");
            });
        },
    );
}
