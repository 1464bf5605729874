//! Editors that fit the value of a member: times, sets, who may act, key binding, text, JSON.

use std::collections::BTreeSet;

use egui::{Frame, Id, Margin, RichText, Role, TextBuffer, TextEdit, Ui, WidgetInfo, vec2};
use serde_json::{Value, json};

use super::{
    details, moment,
    rows::plain,
    text::{highlight, visible_json},
    time,
};
use crate::{
    app::{Model, session::Notice},
    gui::{
        Ask, Cx,
        icons::Icon,
        theme::{self, RADIUS, Theme, space},
        widgets::{
            self,
            chips::{self, Edit, Mark, chip},
        },
    },
    jose::Jwk,
    kit::{
        json::{self, JsonError},
        text::{escape, is_hidden, shorten},
    },
    token::craft::Part,
};

/// Where an editor stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Header or payload.
    pub part: Part,
    /// The member.
    pub name: String,
}

/// What the editors keep between frames: what is being typed, and where.
#[derive(Default)]
pub struct State {
    /// Name of an actor to add.
    pub actor: String,
    /// Name of a claim to add.
    pub claim: String,
    draft: Option<Draft>,
    chip: Option<(Place, String)>,
    /// What completes the value that is being typed, collected when its field is opened.
    chip_known: Vec<String>,
    /// Of times.
    pub moment: moment::State,
}

struct Draft {
    place: Place,
    text: String,
    error: Option<JsonError>,
}

/// What an edit makes of a member: a value, or nothing (removed).
pub type New = Option<Value>;

/// Draws the editor of a member. `before` is the value that was received, `changed` whether the
/// member differs from it. Gives what an edit makes of it, and where in it (JSON Pointer).
pub fn ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &Place,
    value: &Value,
    before: Option<&Value>,
    changed: bool,
) -> Option<(String, New)> {
    if place.name == "authorization_details" && details::fits(value) {
        let edit = details::ui(ui, cx, place, value);
        if changed {
            was(ui, cx, before);
        }
        return edit;
    }
    whole(ui, cx, place, value, before, changed).map(|new| (String::new(), new))
}

/// The editors that give the whole value anew.
fn whole(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &Place,
    value: &Value,
    before: Option<&Value>,
    changed: bool,
) -> Option<New> {
    let set = match place.name.as_str() {
        _ if place.part == Part::Header => None,
        "scope" | "scp" => Some(value.as_str().is_some()),
        "aud" | "amr" | "groups" | "roles" => Some(false),
        _ => None,
    };
    if let Some(spaced) = set
        && is_short(value)
        && let Some(values) = as_set(value, spaced)
    {
        return chip_set(
            ui,
            cx,
            place,
            &values,
            before.and_then(|b| as_set(b, b.is_string())).as_deref(),
            spaced,
            value,
        );
    }
    let new = match (place.name.as_str(), value) {
        ("exp" | "iat" | "nbf" | "auth_time" | "updated_at", Value::Number(n))
            if n.as_f64().is_some() =>
        {
            moment::ui(ui, cx, place, n)
        }
        ("jwk", Value::Object(_)) if place.part == Part::Header => public_key(ui, cx, place, value),
        ("may_act", Value::Object(map)) if flat(map) => parties(ui, cx, place, map),
        ("cnf", Value::Object(_)) => confirmation(ui, cx, place, value),
        (_, Value::String(text)) if !text.chars().any(is_hidden) && text.len() < 4096 => {
            line(ui, cx, place, text).map(|t| Some(Value::from(t)))
        }
        (_, Value::Bool(on)) => {
            let mut on = *on;
            let words = if on { "true" } else { "false" };
            widgets::tick(ui, &mut on, words)
                .changed()
                .then(|| Some(Value::Bool(on)))
        }
        _ => as_json(ui, cx, place, value),
    };
    if changed {
        was(ui, cx, before);
    }
    new
}

/// The value that was received, struck through.
fn was(ui: &mut Ui, cx: &Cx<'_>, before: Option<&Value>) {
    match before {
        Some(before) => {
            let text = match before.as_i64() {
                Some(seconds) if seconds > 1_000_000_000 => {
                    format!("{seconds} · {}", time::full(cx, seconds))
                }
                _ => shorten(&plain(before), 120).into_owned(),
            };
            chip(ui, &text, Mark::Removed);
        }
        None => {
            ui.label(theme::small("added").color(cx.theme.good));
        }
    }
}

/// Most values of a set that are shown as chips, and most bytes of a set in one string.
const CHIPS: usize = 100;

/// Whether a value has few enough members for a frame to draw them all.
fn is_short(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= 64 * CHIPS,
        Value::Array(items) => items.len() <= CHIPS,
        _ => true,
    }
}

/// JSON up to a number of bytes; `None` when there is more. Takes no longer than that many bytes do.
fn json_up_to(value: &Value, most: usize, pretty: bool) -> (String, bool) {
    struct Bounded {
        bytes: Vec<u8>,
        most: usize,
    }
    impl std::io::Write for Bounded {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let room = self.most - self.bytes.len();
            self.bytes
                .extend_from_slice(&bytes[..bytes.len().min(room)]);
            if bytes.len() > room {
                return Err(std::io::ErrorKind::WriteZero.into());
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut out = Bounded {
        bytes: Vec::new(),
        most,
    };
    let whole = if pretty {
        serde_json::to_writer_pretty(&mut out, value)
    } else {
        serde_json::to_writer(&mut out, value)
    };
    let text = String::from_utf8_lossy(&out.bytes).into_owned();
    (text, whole.is_ok())
}

/// The values of a set: a string split at spaces, one string, or an array of strings.
fn as_set(value: &Value, spaced: bool) -> Option<Vec<String>> {
    match value {
        Value::String(text) if spaced => Some(
            text.split(' ')
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items
            .iter()
            .map(|i| i.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

/// A set written the way it was: a string stays a string while it can.
fn from_set(values: Vec<String>, spaced: bool, was: &Value) -> Value {
    match was {
        Value::String(_) if spaced => Value::from(values.join(" ")),
        Value::String(_) if values.len() == 1 => {
            values.into_iter().next().map_or(Value::Null, Value::from)
        }
        _ => Value::from(values),
    }
}

/// Values that the workspace knows for a claim: of its tokens, of what servers say that they support,
/// and of the practice server.
fn known_values(model: &Model, name: &str) -> Vec<String> {
    let mut known = BTreeSet::new();
    for view in model.analysis.tokens.values() {
        match view.token.claim(name) {
            Some(Value::String(text)) if matches!(name, "scope" | "scp") => {
                known.extend(text.split_whitespace().map(str::to_owned));
            }
            Some(Value::String(text)) => {
                known.insert(text.clone());
            }
            Some(Value::Array(all)) => {
                known.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
        if known.len() > KNOWN {
            break;
        }
    }
    if let Some(practice) = model.practice() {
        for (_, url, scopes) in &practice.resources {
            match name {
                "scope" | "scp" => known.extend(scopes.iter().cloned()),
                "aud" => {
                    known.insert(url.to_string());
                }
                _ => {}
            }
        }
    }
    if matches!(name, "scope" | "scp") {
        for server in &model.workspace.servers {
            let supported = server
                .metadata
                .as_ref()
                .and_then(|m| m.document.get("scopes_supported")?.as_array());
            let scopes = supported.into_iter().flatten().filter_map(Value::as_str);
            known.extend(scopes.map(str::to_owned));
        }
    }
    known.into_iter().take(KNOWN).collect()
}

/// Known values that are kept to complete from.
const KNOWN: usize = 2_000;

pub(super) fn chip_set(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &Place,
    values: &[String],
    before: Option<&[String]>,
    spaced: bool,
    value: &Value,
) -> Option<New> {
    let state = &mut cx.view.token.editors.chip;
    let mut draft = state
        .as_ref()
        .filter(|(p, _)| p == place)
        .map(|(_, text)| text.clone());
    let was_open = draft.is_some();
    let edit = chips::editor(
        ui,
        &escape(&place.name),
        values,
        before,
        &mut draft,
        &cx.view.token.editors.chip_known,
    );
    if draft.is_some() && !was_open {
        cx.view.token.editors.chip_known = known_values(cx.model, &place.name);
    }
    let state = &mut cx.view.token.editors.chip;
    match draft {
        Some(text) => *state = Some((place.clone(), text)),
        None if was_open => *state = None,
        None => {}
    }
    let mut values = values.to_vec();
    match edit? {
        Edit::Remove(n) => {
            values.remove(n);
        }
        Edit::Add(new) => {
            let new: Vec<String> = if spaced {
                new.split_whitespace().map(str::to_owned).collect()
            } else {
                vec![new]
            };
            for item in new {
                if !values.contains(&item) {
                    values.push(item);
                }
            }
        }
    }
    Some(Some(from_set(values, spaced, value)))
}

/// A field that looks like text until it is used.
fn quiet(ui: &Ui, id: Id) -> Frame {
    let theme = Theme::of(ui);
    let used = ui.ctx().memory(|m| m.has_focus(id))
        || ui.ctx().read_response(id).is_some_and(|r| r.hovered());
    Frame::new()
        .fill(if used {
            theme.control
        } else {
            egui::Color32::TRANSPARENT
        })
        .corner_radius(RADIUS)
        .inner_margin(Margin::symmetric(6, 2))
        .outer_margin(Margin {
            left: -6,
            ..Margin::ZERO
        })
}

/// One line of text. Returns the new text while it is typed.
fn line(ui: &mut Ui, cx: &mut Cx<'_>, place: &Place, value: &str) -> Option<String> {
    field(ui, cx, place, "", value)
}

/// As [`line`], for a member inside the member.
pub(super) fn field(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &Place,
    inner: &str,
    value: &str,
) -> Option<String> {
    let id = Id::unique(("member", place, inner));
    let name = if inner.is_empty() {
        place.name.clone()
    } else {
        format!("{} {inner}", place.name)
    };
    let draft_place = Place {
        part: place.part,
        name: format!("{}\u{0}{inner}", place.name),
    };
    let draft = &mut cx.view.token.editors.draft;
    let mut text = match draft {
        Some(draft) if draft.place == draft_place => draft.text.clone(),
        _ => value.to_owned(),
    };
    let response = ui
        .add(
            TextEdit::singleline(&mut text)
                .id(id)
                .font(theme::mono_font())
                .frame(quiet(ui, id))
                .min_size(vec2(24.0, 18.0))
                .hint_text(RichText::new("none").color(cx.theme.muted))
                .desired_width(ui.available_width() - 8.0),
        )
        .accessible_name(escape(&name));
    if response.changed() {
        *draft = Some(Draft {
            place: draft_place,
            text: text.clone(),
            error: None,
        });
        return Some(text);
    }
    if response.lost_focus() && draft.as_ref().is_some_and(|d| d.place == draft_place) {
        *draft = None;
    }
    None
}

/// Whether all members are strings: a name with its issuer.
fn flat(map: &serde_json::Map<String, Value>) -> bool {
    map.len() <= 4
        && map
            .values()
            .all(|v| v.as_str().is_some_and(|s| !s.chars().any(is_hidden)))
}

/// `may_act`: who, and at which issuer.
fn parties(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &Place,
    map: &serde_json::Map<String, Value>,
) -> Option<New> {
    let mut new = None;
    let mut names: Vec<&str> = vec!["sub", "iss"];
    names.extend(
        map.keys()
            .map(String::as_str)
            .filter(|k| !["sub", "iss"].contains(k)),
    );
    for name in names {
        let value = map.get(name).and_then(Value::as_str);
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(26.0, 18.0), egui::Sense::hover());
            ui.put(
                rect,
                egui::Label::new(theme::small(shorten(&escape(name), 12)).color(cx.theme.muted))
                    .truncate(),
            );
            if let Some(text) = field(ui, cx, place, name, value.unwrap_or("")) {
                let mut map = map.clone();
                if text.is_empty() && name != "sub" {
                    map.shift_remove(name);
                } else {
                    map.insert(name.to_owned(), text.into());
                }
                new = Some(Some(Value::Object(map)));
            }
        });
    }
    if !map.contains_key("iss") {
        ui.label(
            theme::small("iss missing: the name is compared within the token's own issuer")
                .color(cx.theme.muted),
        );
    }
    new
}

/// The keys of the workspace with a public part, and a menu to choose one of them.
fn choose_key(ui: &mut Ui, cx: &Cx<'_>, name: &str, words: &str) -> Option<Jwk> {
    let mut chosen = None;
    widgets::menu(ui, name, words, |ui| {
        let mut any = false;
        for key in &cx.model.workspace.keys {
            let Some(Value::Object(members)) = &key.public else {
                continue;
            };
            any = true;
            let label = format!("{} ({})", shorten(&escape(&key.name), 40), escape(&key.alg));
            if widgets::menu_item(ui, &label, "").clicked() {
                chosen = Some(Jwk(members.clone()));
                ui.close();
            }
        }
        if !any {
            ui.label("No key yet. Generate one in the keys dialog.");
        }
    });
    chosen
}

/// The name of the key of the workspace that has this thumbprint.
fn key_named(cx: &Cx<'_>, thumbprint: &str) -> Option<String> {
    let keys = &cx.model.workspace.keys;
    let found = keys.iter().find(|key| {
        matches!(&key.public, Some(Value::Object(members))
            if Jwk(members.clone()).thumbprint().is_ok_and(|t| t == thumbprint))
    })?;
    Some(shorten(&escape(&found.name), 40).into_owned())
}

/// `cnf`: which key the holder must prove; bound by picking a key.
fn confirmation(ui: &mut Ui, cx: &mut Cx<'_>, place: &Place, value: &Value) -> Option<New> {
    let mut new = None;
    ui.horizontal_wrapped(|ui| {
        for (name, inner) in value.as_object().into_iter().flatten() {
            let text = format!("{name} {}", shorten(&plain(inner), 28));
            chip(ui, &text, Mark::Kept);
        }
        if let Some(jkt) = value.get("jkt").and_then(Value::as_str)
            && let Some(name) = key_named(cx, jkt)
        {
            ui.label(theme::small(format!("key {name}")).color(cx.theme.muted));
        }
        if let Some(key) = choose_key(ui, cx, "Bind to a key", "bind to a key…")
            && let Ok(thumbprint) = key.thumbprint()
        {
            new = Some(Some(json!({ "jkt": thumbprint })));
        }
        if widgets::sized_icon_button(ui, Icon::Trash, "Remove cnf: make it a bearer token", 20.0)
            .clicked()
        {
            new = Some(None);
        }
    });
    new.or_else(|| as_json(ui, cx, place, value))
}

/// `jwk` of the header: the key that a proof carries.
fn public_key(ui: &mut Ui, cx: &mut Cx<'_>, place: &Place, value: &Value) -> Option<New> {
    let mut new = None;
    ui.horizontal_wrapped(|ui| {
        let key = value.as_object().map(|members| Jwk(members.clone()));
        let thumbprint = key.as_ref().and_then(|k| k.thumbprint().ok());
        let words = match thumbprint.as_deref().map(|t| (t, key_named(cx, t))) {
            Some((_, Some(name))) => format!("key {name}"),
            Some((thumbprint, None)) => format!("thumbprint {}", shorten(thumbprint, 20)),
            None => "no key".into(),
        };
        ui.label(theme::small(words).color(cx.theme.muted));
        if let Some(key) = choose_key(ui, cx, "Choose the key", "choose…") {
            let public = key.public().unwrap_or(key);
            new = Some(Some(Value::Object(public.0)));
        }
    });
    new.or_else(|| as_json(ui, cx, place, value))
}

/// Most bytes of JSON that are edited in a row.
const MOST_JSON: usize = 64 * 1024;

/// Any value as JSON: one line until it is opened.
pub(super) fn as_json(ui: &mut Ui, cx: &mut Cx<'_>, place: &Place, value: &Value) -> Option<New> {
    let theme = cx.theme;
    let open = cx
        .view
        .token
        .editors
        .draft
        .as_ref()
        .is_some_and(|d| d.place == *place);
    if !open {
        let (compact, whole) = json_up_to(value, 400, false);
        let compact = visible_json(&compact);
        let shown = if whole {
            shorten(&compact, 96).into_owned()
        } else {
            format!("{}…", compact.chars().take(96).collect::<String>())
        };
        let response = ui
            .add(
                egui::Button::new(theme::mono(shown))
                    .frame_when_inactive(false)
                    .wrap(),
            )
            .accessible_name(format!("{} as JSON, edit", escape(&place.name)));
        if let Value::Array(items) = value
            && items.len() > CHIPS
        {
            ui.label(theme::small(format!("{} values", items.len())).color(theme.muted));
        }
        if response.clicked() {
            let (text, whole) = json_up_to(value, MOST_JSON, true);
            if whole {
                cx.view.token.editors.draft = Some(Draft {
                    place: place.clone(),
                    text: visible_json(&text),
                    error: None,
                });
            } else {
                cx.ask(Ask::Notice(Notice {
                    error: true,
                    text: format!(
                        "{} is too long to edit in its row: switch to JSON to read it, or edit the \
                         text elsewhere and paste it.",
                        shorten(&escape(&place.name), 60)
                    ),
                }));
            }
        }
        return None;
    }
    let draft = cx.view.token.editors.draft.as_mut()?;
    let error = draft.error.clone();
    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| {
        let mut job = highlight(text.as_str(), Theme::of(ui), error.as_ref());
        job.wrap.max_width = width;
        ui.ctx().fonts_mut(|f| f.layout_job(job))
    };
    let response = ui
        .add(
            TextEdit::multiline(&mut draft.text)
                .id(Id::unique(("json-member", place)))
                .font(theme::mono_font())
                .desired_width(ui.available_width() - 8.0)
                .desired_rows(1)
                .layouter(&mut layouter),
        )
        .accessible_name(format!("{} as JSON", escape(&place.name)));
    let mut new = None;
    if response.changed() {
        match json::parse(draft.text.as_bytes()) {
            Ok(json) => {
                draft.error = None;
                new = Some(Some(json.value));
            }
            Err(error) => draft.error = Some(error),
        }
    }
    if let Some(error) = &draft.error {
        let message = format!("{error}. The claim keeps its last good value.");
        let label = ui.add(egui::Label::new(theme::small(&message).color(theme.critical)).wrap());
        label.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &message));
    }
    ui.add_space(space::XS);
    if ui.add(egui::Button::new("Done").small()).clicked() {
        cx.view.token.editors.draft = None;
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_cut_where_it_gets_too_long() {
        let value = json!({"a": [1, 2, 3]});
        assert_eq!(json_up_to(&value, 400, false), (value.to_string(), true));
        assert_eq!(json_up_to(&value, 6, false), (r#"{"a":["#.into(), false));
        assert!(!is_short(&json!(vec!["x"; 101])));
    }

    #[test]
    fn sets_keep_the_way_they_are_written() {
        let spaced = json!("a b");
        let set = as_set(&spaced, true).unwrap();
        assert_eq!(set, ["a", "b"]);
        assert_eq!(from_set(vec!["a".into()], true, &spaced), json!("a"));
        let one = json!("api");
        assert_eq!(from_set(as_set(&one, false).unwrap(), false, &one), one);
        assert_eq!(
            from_set(vec!["a".into(), "b".into()], false, &one),
            json!(["a", "b"])
        );
        assert_eq!(
            from_set(vec!["a".into()], false, &json!(["a", "b"])),
            json!(["a"])
        );
        assert_eq!(as_set(&json!(["a", 1]), false), None);
    }
}
