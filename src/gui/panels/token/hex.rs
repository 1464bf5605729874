//! Header and payload as bytes in hexadecimal, with the same bytes as characters beside them: for what
//! no JSON can say.

use egui::{Align2, FontFamily, FontId, TextEdit, Ui};

use super::{
    bound::raw_of,
    bound::{Bound, fault, frame, lines, part_name},
    state::Cx,
};
use crate::{
    app::{analysis::TokenView, token},
    gui::theme::{self, Theme, space},
    kit::{hex::read, ids::TokenId},
    token::craft::{self, Part},
};

/// Bytes in a line.
const LINE: usize = 16;
/// More bytes than this are shown without being editable.
const MOST: usize = 16 * 1024;

/// Bytes as hexadecimal, sixteen a line.
pub(super) fn write(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 3);
    for (n, byte) in bytes.iter().enumerate() {
        if n > 0 {
            out.push(if n % LINE == 0 { '\n' } else { ' ' });
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

/// The characters of a line of hexadecimal: printable ASCII, else a dot.
fn characters(line: &str) -> String {
    read(line).map_or_else(
        |_| String::new(),
        |bytes| {
            bytes
                .into_iter()
                .map(|b| {
                    if (0x20..0x7f).contains(&b) {
                        b as char
                    } else {
                        '·'
                    }
                })
                .collect()
        },
    )
}

/// Draws the editor of one part.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView, part: Part) {
    let theme = cx.theme;
    let raw = raw_of(cx.model, id, view);
    let name = part_name(part);
    let bound: &mut Bound = match part {
        Part::Header | Part::HeaderOf(_) => &mut cx.state.header_bytes,
        Part::Payload => &mut cx.state.payload_bytes,
    };
    bound.follow(&raw, |raw| {
        let bytes = craft::bytes(raw, part).map_err(|e| e.to_string())?;
        Ok(write(&bytes))
    });
    if bound.is_refused(ui, theme, name) {
        return;
    }
    let count = bound.text.len().div_ceil(3);
    if count > MOST {
        large(ui, theme, name, &bound.text);
        return;
    }
    let problem = read(&bound.text).err();
    let response = ui
        .horizontal_top(|ui| {
            let output = TextEdit::multiline(&mut bound.text)
                .id(egui::Id::unique(("hex", name)))
                .font(theme::mono_font())
                .desired_width(372.0)
                .desired_rows(1)
                .frame(frame(theme, problem.is_some()))
                .show(ui);
            let response = output
                .response
                .response
                .accessible_name(format!("{name} as bytes"));
            let left = response.rect.right() + space::M;
            for row in &output.galley.rows {
                ui.painter().text(
                    egui::pos2(left, output.galley_pos.y + row.rect().top()),
                    Align2::LEFT_TOP,
                    characters(&row.text()),
                    FontId::new(12.0, FontFamily::Monospace),
                    theme.muted,
                );
            }
            response
        })
        .inner;
    if response.changed()
        && let Ok(bytes) = read(&bound.text)
    {
        if let Ok(raw) = craft::set_bytes(&raw, part, &bytes) {
            bound.awaits(raw);
        }
        cx.push(token::Command::SetBytes {
            token: id,
            part,
            bytes,
        });
    }
    if let Some(why) = problem {
        let message = format!("{name}, {why}. The token keeps its last good bytes.");
        fault(ui, theme, &message);
    }
    ui.add_space(space::XS);
}

/// Many bytes, read-only.
fn large(ui: &mut Ui, theme: &Theme, name: &str, text: &str) {
    let caption = format!(
        "{name}: {} KB. So many bytes are shown read-only.",
        text.len() / 3 / 1024
    );
    lines(
        ui,
        theme,
        ("hex", name),
        caption,
        text.len().div_ceil(LINE * 3),
        |n| {
            let line = text.get(n * LINE * 3..).unwrap_or("");
            let line = line.get(..LINE * 3 - 1).unwrap_or(line);
            format!("{line:<48} {}", characters(line))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = write(&bytes);
        assert_eq!(text.lines().count(), 16);
        assert_eq!(read(&text).unwrap(), bytes);
    }

    #[test]
    fn lines_of_large_texts_are_cut_where_they_end() {
        let text = write(&[0x41; LINE * 2 + 3]);
        assert_eq!(&text[LINE * 3..LINE * 3 + 2], "41");
        assert_eq!(characters("41 00 7a"), "A·z");
    }
}
