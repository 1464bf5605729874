//! Header and payload as JSON text, bound to the rows both ways: an edit here shows there at once,
//! an error marks its place and loses nothing.

use egui::{
    FontId, Stroke, TextBuffer, TextEdit, Ui,
    text::{LayoutJob, TextFormat},
};

use super::{
    bound::raw_of,
    bound::{fault, frame, lines, part_name},
    state::Cx,
};
use crate::{
    app::{analysis::TokenView, token},
    gui::theme::{self, Theme, space},
    kit::{
        ids::TokenId,
        json::{self, JsonError},
        text::{escape, is_hidden},
    },
    token::craft::{self, Part},
};

/// Texts above this many bytes are shown in a read-only view that draws only what is visible.
pub const LARGE: usize = 256 * 1024;

/// Above this many bytes a text that is edited is laid out in one colour, and the raw token is shown by
/// the line: laying either out whole at every keystroke takes longer than a frame.
pub const PLAIN: usize = 64 * 1024;

/// JSON text with hidden characters written as JSON escapes: the same value, nothing invisible.
pub fn visible_json(text: &str) -> String {
    if !text
        .chars()
        .any(|c| is_hidden(c) && !matches!(c, '\n' | '\t' | '\r'))
    {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) && !matches!(c, '\n' | '\t' | '\r') {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                use std::fmt::Write as _;
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Draws the editor of one part.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView, part: Part) {
    let theme = cx.theme;
    let raw = raw_of(cx.model, id, view);
    let name = part_name(part);
    let bound = match part {
        Part::Header | Part::HeaderOf(_) => &mut cx.state.header,
        Part::Payload => &mut cx.state.payload,
    };
    bound.follow(&raw, |raw| {
        let text = craft::text(raw, part).map_err(|e| e.to_string())?;
        Ok(visible_json(&text))
    });
    if bound.is_refused(ui, theme, name) {
        return;
    }
    if bound.text.len() > LARGE {
        large(ui, theme, name, &bound.text);
        return;
    }
    let error = bound.error.clone();
    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| {
        let theme = Theme::of(ui);
        let mut job = if text.as_str().len() > PLAIN {
            plain(text.as_str(), theme, error.as_ref())
        } else {
            highlight(text.as_str(), theme, error.as_ref())
        };
        job.wrap.max_width = width;
        ui.ctx().fonts_mut(|f| f.layout_job(job))
    };
    let response = ui
        .add(
            TextEdit::multiline(&mut bound.text)
                .id(egui::Id::unique(("json", name)))
                .font(theme::mono_font())
                .desired_width(f32::INFINITY)
                .desired_rows(4)
                .lock_focus(true)
                .frame(frame(theme, bound.error.is_some()))
                .layouter(&mut layouter),
        )
        .accessible_name(format!("{name} as JSON"));
    if response.changed() {
        let (clean, error) = if bound.text.len() > PLAIN {
            let checked = json::check(&bound.text);
            let object = bound.text.trim_start().starts_with('{');
            (checked.is_ok() && object, checked.err())
        } else {
            let read = json::parse(bound.text.as_bytes());
            let clean = read
                .as_ref()
                .is_ok_and(|found| found.value.is_object() && found.duplicates.is_empty());
            (clean, read.err())
        };
        bound.error = error;
        let text = bound.text.clone();
        let edited = craft::set_read_text(&raw, part, &text, clean).ok();
        if let Some(edited) = &edited {
            bound.awaits(edited.clone());
        }
        // What was computed for a large text is not computed again.
        let command = match edited {
            Some(edited) if text.len() > PLAIN => token::Command::SetRaw(id, edited),
            _ => token::Command::SetText {
                token: id,
                part,
                text,
            },
        };
        cx.commands.push(command.into());
    }
    if let Some(error) = &bound.error {
        fault(
            ui,
            theme,
            &format!("{name}, {error}. The text is kept as it is."),
        );
    }
    ui.add_space(space::XS);
}

/// A large text, read-only.
fn large(ui: &mut Ui, theme: &Theme, name: &str, text: &str) {
    const WIDTH: usize = 120;
    let caption = format!(
        "{name}: {} KB. Large texts are shown read-only.",
        text.len() / 1024
    );
    lines(
        ui,
        theme,
        ("large", name),
        caption,
        text.len().div_ceil(WIDTH),
        |n| {
            let start = floor(text, n * WIDTH);
            let end = floor(text, ((n + 1) * WIDTH).min(text.len()));
            escape(text.get(start..end).unwrap_or("")).into_owned()
        },
    );
}

/// The largest character boundary that is not beyond `at`.
fn floor(text: &str, mut at: usize) -> usize {
    while at > 0 && !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text in one colour, the place of the error marked.
fn plain(text: &str, theme: &Theme, error: Option<&JsonError>) -> LayoutJob {
    let (from, to) = error.map_or((text.len(), text.len()), |e| offset(text, e));
    let mut job = LayoutJob::default();
    for (part, marked) in [(..from, false), (..to, true), (..text.len(), false)] {
        let part = text.get(job.text.len()..part.end).unwrap_or_default();
        if part.is_empty() {
            continue;
        }
        let mut format = TextFormat::simple(theme::mono_font(), theme.text);
        if marked {
            format.underline = Stroke::new(2.0, theme.critical);
            format.background = theme.removed_surface;
        }
        job.append(part, 0.0, format);
    }
    job
}

/// JSON in colours: names, strings, the rest; the place of an error underlined.
pub fn highlight(text: &str, theme: &Theme, error: Option<&JsonError>) -> LayoutJob {
    let format = |colour| TextFormat::simple(FontId::clone(&theme::mono_font()), colour);
    let mut job = LayoutJob::default();
    let mark = error.map(|e| offset(text, e));
    let mut push = |range: std::ops::Range<usize>, colour| {
        let mut cut = |part: std::ops::Range<usize>, marked: bool| {
            if let Some(piece) = text.get(part).filter(|p| !p.is_empty()) {
                let mut format = format(colour);
                if marked {
                    format.underline = Stroke::new(2.0, theme.critical);
                    format.background = theme.removed_surface;
                }
                job.append(piece, 0.0, format);
            }
        };
        match mark {
            Some((from, to)) if from < range.end && to > range.start => {
                let (from, to) = (from.max(range.start), to.min(range.end));
                cut(range.start..from, false);
                cut(from..to, true);
                cut(to..range.end, false);
            }
            _ => cut(range, false),
        }
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        if bytes[at] == b'"' {
            at += 1;
            while at < bytes.len() && bytes[at] != b'"' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            at = ceil(text, (at + 1).min(bytes.len()));
            let name = text[at..].trim_start().starts_with(':');
            push(
                start..at,
                if name {
                    theme.token_payload
                } else {
                    theme.text
                },
            );
        } else {
            while at < bytes.len() && bytes[at] != b'"' {
                at += 1;
            }
            let plain =
                text[start..at].trim_matches(|c: char| c.is_whitespace() || "{}[],:".contains(c));
            push(
                start..at,
                if plain.is_empty() {
                    theme.muted
                } else {
                    theme.token_header
                },
            );
        }
    }
    job
}

fn ceil(text: &str, mut at: usize) -> usize {
    while at < text.len() && !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// The byte range of the character at an error's line and column (or the last one of the text).
fn offset(text: &str, error: &JsonError) -> (usize, usize) {
    let start: usize = text
        .split_inclusive('\n')
        .take(error.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let at = (start + error.column.saturating_sub(1)).min(text.len().saturating_sub(1));
    let at = floor(text, at);
    (at, ceil(text, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_json_escapes_of_the_same_value() {
        let text = "{\n  \"sub\": \"ali\u{202e}ce\u{e0041}\"\n}";
        let shown = visible_json(text);
        assert!(shown.contains("\\u202e") && !shown.contains('\u{202e}'));
        let (a, b) = (
            json::parse(text.as_bytes()).unwrap(),
            json::parse(shown.as_bytes()).unwrap(),
        );
        assert_eq!(a.value, b.value);
    }

    #[test]
    fn highlighting_keeps_every_byte_whatever_the_text() {
        for text in [
            "{\"a\": [1, \"ü\\\"x\", tr",
            "\"",
            "\"\\",
            "ü\"ü",
            "",
            "{}\n\n",
        ] {
            let job = highlight(
                text,
                &theme::DARK,
                json::parse(text.as_bytes()).err().as_ref(),
            );
            assert_eq!(job.text, text);
            let error = json::parse(text.as_bytes()).err();
            assert_eq!(plain(text, &theme::DARK, error.as_ref()).text, text);
            assert_eq!(plain(text, &theme::DARK, None).text, text);
        }
    }
}
