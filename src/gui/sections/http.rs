//! An HTTP request and its answer, for the inspector: secrets hidden, tokens shown, JSON indented.

use egui::{RichText, Ui};

use crate::{
    app::{Model, practice, token},
    chain::run::Exchanged,
    gui::{
        context::Cx,
        icons::Icon,
        request::WindowRequest,
        theme::{self, space},
        widgets,
    },
    kit::text::{escape, escape_lines},
    oauth::dpop,
    oauth::http::{Body, Field, Response, Sensitivity},
    practice::Faults,
    token::json_text,
};

/// Bytes of a body that are shown; the rest is counted.
const SHOWN: usize = 64 * 1024;

/// `/token`, with the host for the tooltip elsewhere.
pub fn path(url: &url::Url) -> String {
    escape(url.path()).into_owned()
}

/// What the server of a request is called, and whether it is broken on purpose: by the name of the
/// practice server, else by host and port.
pub fn server(model: &Model, url: &url::Url) -> (String, bool) {
    if let Some(name) = practice::named(model, url) {
        let sound = practice::title(&Faults::NONE);
        // In a column the faults are what tells it apart.
        let faults = name.strip_prefix(&format!("{sound} ")).map(str::to_owned);
        let faulty = faults.is_some();
        return (faults.unwrap_or(name), faulty);
    }
    let host = escape(url.host_str().unwrap_or("?")).into_owned();
    match url.port() {
        Some(port) => (format!("{host}:{port}"), false),
        None => (host, false),
    }
}

/// The name of a practice server under its address; nothing for any other.
pub fn practice_name<S>(ui: &mut Ui, cx: &Cx<'_, S>, name: Option<String>) {
    let Some(name) = name else { return };
    let faulty = name != practice::title(&Faults::NONE);
    ui.horizontal_wrapped(|ui| {
        let (icon, colour) = if faulty {
            (Icon::Warning, cx.theme.high)
        } else {
            (Icon::Service, cx.theme.muted)
        };
        icon.show(ui, 12.0, colour);
        let words = if faulty {
            format!("{name}: broken on purpose")
        } else {
            format!("{name} server")
        };
        ui.add(egui::Label::new(theme::small(words).color(colour)).wrap());
    });
}

/// The request.
pub fn request<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, entry: &Exchanged) {
    let request = &entry.request;
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::strong(request.method.name()).color(cx.theme.accent));
        ui.add(
            egui::Label::new(theme::mono(escape(bare(&request.url).as_str())))
                .wrap()
                .selectable(true),
        );
    });
    practice_name(ui, cx, practice::named(cx.model, &request.url));
    let query: Vec<(String, String)> = request
        .url
        .query_pairs()
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .collect();
    if !query.is_empty() {
        ui.add_space(space::S);
        widgets::section(ui, "Query", &query.len().to_string());
        for (name, value) in &query {
            row(ui, cx, name, value, false);
        }
    }
    if !request.headers.is_empty() {
        ui.add_space(space::S);
        widgets::section(ui, "Headers", &request.headers.len().to_string());
        for field in &request.headers {
            field_row(ui, cx, field);
            if field.name == dpop::HEADER && field.sensitivity == Sensitivity::Token {
                proof(ui, cx, &field.value);
            }
        }
    }
    match &request.body {
        Body::Empty => {}
        Body::Form(fields) => {
            ui.add_space(space::S);
            widgets::section(ui, "Form", "application/x-www-form-urlencoded");
            for field in fields {
                field_row(ui, cx, field);
            }
        }
        Body::Text { content_type, text } => {
            ui.add_space(space::S);
            widgets::section(ui, "Body", content_type);
            code(ui, text);
        }
    }
}

/// A proof of possession says more than its text shows: it opens like any token.
fn proof<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, text: &str) {
    let button = widgets::button(ui, Icon::Key, "Read this proof");
    let tip = "Puts it into the tray and shows what it proves: method, address, time, key";
    if button.on_hover_text(tip).clicked() {
        cx.push(token::Command::Paste(format!("{}: {text}", dpop::HEADER)));
    }
    ui.add_space(space::XS);
}

/// A URL without its query: that is shown as rows.
fn bare(url: &url::Url) -> url::Url {
    let mut url = url.clone();
    url.set_query(None);
    url
}

fn field_row<S>(ui: &mut Ui, cx: &Cx<'_, S>, field: &Field) {
    if field.sensitivity == Sensitivity::Secret {
        row(
            ui,
            cx,
            &field.name,
            "hidden: a secret, an assertion or a proof",
            true,
        );
    } else {
        row(ui, cx, &field.name, field.shown(), false);
    }
}

fn row<S>(ui: &mut Ui, cx: &Cx<'_, S>, name: &str, value: &str, quiet: bool) {
    ui.add(egui::Label::new(theme::small(escape(name)).color(cx.theme.muted)).wrap());
    let shown = crate::kit::text::shorten(value, 2000);
    let text = if quiet {
        RichText::new(escape(&shown))
            .color(cx.theme.muted)
            .italics()
    } else {
        theme::mono(escape(&shown))
    };
    ui.add(egui::Label::new(text).wrap().selectable(true));
    ui.add_space(2.0);
}

/// The answer, or why there is none.
pub fn response<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, entry: &Exchanged) {
    match &entry.response {
        Err(why) => {
            widgets::banner(cx.theme.removed_surface).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.label(theme::strong("No answer").color(cx.theme.critical));
                ui.add(egui::Label::new(escape_lines(why)).wrap().selectable(true));
            });
        }
        Ok(response) => answered(ui, cx, response),
    }
}

/// Colour of a status: refusals stand out.
pub fn status_colour<S>(cx: &Cx<'_, S>, status: u16) -> egui::Color32 {
    match status {
        200..300 => cx.theme.good,
        300..400 => cx.theme.muted,
        400..500 => cx.theme.high,
        _ => cx.theme.critical,
    }
}

fn answered<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, response: &Response) {
    ui.horizontal(|ui| {
        ui.label(
            theme::strong(response.status.to_string()).color(status_colour(cx, response.status)),
        );
        ui.label(
            RichText::new(format!(
                "{} ms · {}",
                response.millis,
                size(response.body.len())
            ))
            .color(cx.theme.muted),
        );
    });
    let text = String::from_utf8_lossy(&response.body);
    let json = response
        .header("content-type")
        .is_some_and(|t| t.to_ascii_lowercase().contains("json"));
    if !text.trim().is_empty() {
        ui.add_space(space::S);
        ui.horizontal(|ui| {
            ui.label(theme::section("Body", cx.theme));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::icon_button(ui, crate::gui::icons::Icon::Copy, "Copy body").clicked() {
                    cx.ask(WindowRequest::Copy(
                        text.clone().into_owned(),
                        "Body".into(),
                    ));
                }
            });
        });
        let shown = if json && text.len() <= SHOWN {
            json_text::indent(&text)
        } else {
            text.clone().into_owned()
        };
        code(ui, &shown);
    }
    if !response.headers.is_empty() {
        ui.add_space(space::S);
        widgets::section(ui, "Headers", &response.headers.len().to_string());
        for (name, value) in &response.headers {
            row(ui, cx, name, value, false);
        }
    }
}

/// `1.4 KB`.
pub fn size(bytes: usize) -> String {
    if bytes < 1000 {
        format!("{bytes} B")
    } else if bytes < 1_000_000 {
        format!("{:.1} KB", bytes as f32 / 1000.0)
    } else {
        format!("{:.1} MB", bytes as f32 / 1_000_000.0)
    }
}

/// Text as it stands, in a raised box; hidden characters escaped.
pub fn code(ui: &mut Ui, text: &str) {
    let theme = theme::Theme::of(ui);
    let cut = if text.len() > SHOWN {
        let mut end = SHOWN;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Some(end)
    } else {
        None
    };
    let shown = escape_lines(&text[..cut.unwrap_or(text.len())]);
    widgets::card(theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(egui::Label::new(theme::mono(shown)).wrap().selectable(true));
        if let Some(end) = cut {
            let rest = size(text.len() - end);
            ui.label(theme::small(format!("{rest} more are not shown")).color(theme.muted));
        }
    });
}

/// A command to copy. Secrets are variables in it.
pub fn curl<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, text: &str) {
    ui.horizontal(|ui| {
        if widgets::primary(ui, Some(Icon::Copy), "Copy as cURL").clicked() {
            cx.ask(WindowRequest::Copy(text.to_owned(), "cURL command".into()));
        }
    });
    ui.add_space(space::XS);
    code(ui, text);
    ui.add(
        egui::Label::new(
            theme::small("Tokens stand in it; secrets are variables that you set first.")
                .color(cx.theme.muted),
        )
        .wrap(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1432), "1.4 KB");
        assert_eq!(size(2_000_000), "2.0 MB");
    }
}
