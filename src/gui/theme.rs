//! Named colour roles, spacing and type: the only place that names a colour or a font.
#![allow(clippy::disallowed_methods)] // colours are made here and nowhere else

use std::sync::Arc;

use egui::{
    Align, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, RichText,
    Shadow, Stroke, Style, TextStyle, Ui, Visuals,
    style::{ScrollStyle, Selection, WidgetVisuals},
    text::{LayoutJob, TextFormat},
    vec2,
};

use crate::risk::Severity;

/// The 4-point spacing grid.
pub mod space {
    /// Between things that belong together.
    pub const XS: f32 = 4.0;
    /// Between neighbours.
    pub const S: f32 = 8.0;
    /// Between groups in a row; margin of side panels.
    pub const M: f32 = 12.0;
    /// Between groups.
    pub const L: f32 = 16.0;
    /// Between sections; margin of main views.
    pub const XL: f32 = 24.0;
    /// Between parts of the start screen.
    pub const XXL: f32 = 32.0;
}

/// The one corner radius.
pub const RADIUS: u8 = 6;
/// Longest motion, in seconds.
pub const MOTION: f32 = 0.12;

/// Colours by what they are for. One value per theme.
#[derive(Debug, PartialEq)]
pub struct Theme {
    /// Whether this is the dark one.
    pub dark: bool,
    /// Behind everything; canvases.
    pub window: Color32,
    /// Panels.
    pub surface: Color32,
    /// Cards, code, popups.
    pub raised: Color32,
    /// Buttons, fields, chips.
    pub control: Color32,
    /// A control under the pointer.
    pub control_hover: Color32,
    /// Separators and outlines.
    pub hairline: Color32,
    /// Text that must be read.
    pub text: Color32,
    /// Second-order text; still 4.5:1 on every surface.
    pub muted: Color32,
    /// Decoration only, never text that must be read.
    pub faint: Color32,
    /// The one accent.
    pub accent: Color32,
    /// Behind what is selected.
    pub accent_surface: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Octagon.
    pub critical: Color32,
    /// Triangle.
    pub high: Color32,
    /// Diamond.
    pub medium: Color32,
    /// Circle.
    pub low: Color32,
    /// Check mark.
    pub good: Color32,
    /// First part of a token.
    pub token_header: Color32,
    /// Second part.
    pub token_payload: Color32,
    /// Third part.
    pub token_signature: Color32,
    /// Behind what was added; behind a good verdict.
    pub added_surface: Color32,
    /// Behind what was removed; behind a bad verdict.
    pub removed_surface: Color32,
    /// Behind a warning.
    pub warn_surface: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The dark theme.
pub static DARK: Theme = Theme {
    dark: true,
    window: rgb(0x0d_10_15),
    surface: rgb(0x13_17_1e),
    raised: rgb(0x1a_20_29),
    control: rgb(0x23_2b_36),
    control_hover: rgb(0x2d_37_45),
    hairline: rgb(0x26_2e_39),
    text: rgb(0xe4_e9_f0),
    muted: rgb(0x8d_98_a8),
    faint: rgb(0x5a_65_74),
    accent: rgb(0x6a_a5_ff),
    accent_surface: rgb(0x17_26_3d),
    on_accent: rgb(0x0b_12_1d),
    critical: rgb(0xff_5d_7d),
    high: rgb(0xff_9f_4a),
    medium: rgb(0xe9_cf_4e),
    low: rgb(0x66_b8_f5),
    good: rgb(0x58_c9_8b),
    token_header: rgb(0xb7_9b_ff),
    token_payload: rgb(0x5f_d0_c3),
    token_signature: rgb(0x7e_8b_9e),
    added_surface: rgb(0x12_30_24),
    removed_surface: rgb(0x35_1a_22),
    warn_surface: rgb(0x33_24_14),
};

/// The light theme.
pub static LIGHT: Theme = Theme {
    dark: false,
    window: rgb(0xf3_f4_f6),
    surface: rgb(0xff_ff_ff),
    raised: rgb(0xf7_f8_fa),
    control: rgb(0xec_ef_f3),
    control_hover: rgb(0xe0_e5_eb),
    hairline: rgb(0xdf_e3_e9),
    text: rgb(0x17_1b_21),
    muted: rgb(0x5b_66_75),
    faint: rgb(0x97_a1_ae),
    accent: rgb(0x1f_63_d6),
    accent_surface: rgb(0xe6_ef_fc),
    on_accent: rgb(0xff_ff_ff),
    critical: rgb(0xc0_1a_41),
    high: rgb(0xb4_53_00),
    medium: rgb(0x86_6a_00),
    low: rgb(0x17_69_c0),
    good: rgb(0x14_7a_45),
    token_header: rgb(0x6a_3f_d0),
    token_payload: rgb(0x0b_7d_74),
    token_signature: rgb(0x5b_66_75),
    added_surface: rgb(0xe3_f5_ea),
    removed_surface: rgb(0xfb_e6_ea),
    warn_surface: rgb(0xfd_f1_e0),
};

impl Theme {
    /// Lies over the window behind whatever is in front of it: a question, a dialog, the palette.
    pub fn dim(&self) -> Color32 {
        Color32::from_black_alpha(if self.dark { 120 } else { 60 })
    }

    /// The theme that `ui` is drawn in.
    pub fn of(ui: &Ui) -> &'static Self {
        Self::dark(ui.visuals().dark_mode)
    }

    /// The theme that a window is drawn in.
    pub fn of_window(ctx: &egui::Context) -> &'static Self {
        Self::dark(ctx.theme() == egui::Theme::Dark)
    }

    fn dark(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// The colour of a severity.
    pub fn severity(&self, severity: Severity) -> Color32 {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.muted,
        }
    }

    /// A hairline as a stroke.
    pub fn line(&self) -> Stroke {
        Stroke::new(1.0, self.hairline)
    }
}

/// Family of Inter Medium.
pub fn medium() -> FontFamily {
    FontFamily::Name("medium".into())
}
/// Family of Inter Semi Bold.
pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}
/// Family of JetBrains Mono Medium.
pub fn mono_medium() -> FontFamily {
    FontFamily::Name("mono-medium".into())
}
/// 16 px heading.
pub fn title_style() -> TextStyle {
    TextStyle::Name("title".into())
}
/// 11 px semi bold caption, for section headings in capitals.
pub fn caption_style() -> TextStyle {
    TextStyle::Name("caption".into())
}

/// 20 px heading.
pub fn heading(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(20.0, semibold()))
}
/// 16 px heading.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(16.0, semibold()))
}
/// Body text with weight.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(13.0, medium()))
}
/// 11 px caption.
pub fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(11.0, FontFamily::Proportional))
}
/// Prose in which names stand between backticks: they are drawn as code, without the backticks. An
/// unpaired backtick is a character like any other.
pub fn prose(text: &str, size: f32, colour: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    let format = |font| TextFormat {
        valign: Align::Center, // the two fonts differ in height
        ..TextFormat::simple(font, colour)
    };
    let words = format(FontId::new(size, FontFamily::Proportional));
    let code = format(FontId::new(size - 1.0, FontFamily::Monospace));
    let mut rest = text;
    while let Some((before, name, after)) = rest.split_once('`').and_then(|(before, after)| {
        after
            .split_once('`')
            .map(|(name, after)| (before, name, after))
    }) {
        job.append(before, 0.0, words.clone());
        job.append(name, 0.0, code.clone());
        rest = after;
    }
    job.append(rest, 0.0, words);
    job
}

/// Tokens, JSON, identifiers.
pub fn mono(text: impl Into<String>) -> RichText {
    RichText::new(text).font(mono_font())
}
/// The font of tokens and JSON.
pub fn mono_font() -> FontId {
    FontId::new(12.0, FontFamily::Monospace)
}
/// Section heading: small capitals by letter case, as in side panels.
pub fn section(text: &str, theme: &Theme) -> RichText {
    RichText::new(text.to_uppercase())
        .font(FontId::new(11.0, medium()))
        .extra_letter_spacing(0.6)
        .color(theme.muted)
}

/// Puts fonts and both themes into a context. Call once, before the first frame.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for (theme, which) in [(&DARK, egui::Theme::Dark), (&LIGHT, egui::Theme::Light)] {
        ctx.style_mut_of(which, |style| apply(style, theme));
    }
}

fn fonts() -> FontDefinitions {
    // The defaults stay behind ours for symbols and emoji that ours lack. Ours are without their
    // contextual alternates, which egui cannot switch off: with them `//` and `->` in a claim are drawn
    // as one sign, which is not what the token says. They were made by `pyftsubset --unicodes='*'
    // --layout-features=case,ccmp,frac,locl,ordn,sinf,subs,sups,zero,kern,mark,mkmk`, for Inter `tnum`
    // as well.
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 5] = [
        (
            "inter",
            include_bytes!("../../assets/fonts/Inter-Regular.otf"),
        ),
        (
            "inter-medium",
            include_bytes!("../../assets/fonts/Inter-Medium.otf"),
        ),
        (
            "inter-semibold",
            include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
        ),
        (
            "mono",
            include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"),
        ),
        (
            "mono-medium",
            include_bytes!("../../assets/fonts/JetBrainsMono-Medium.ttf"),
        ),
    ];
    for (name, bytes) in files {
        fonts
            .font_data
            .insert(name.into(), Arc::new(FontData::from_static(bytes)));
    }
    let fallback = |family: &FontFamily, fonts: &FontDefinitions| {
        fonts.families.get(family).cloned().unwrap_or_default()
    };
    let sans = fallback(&FontFamily::Proportional, &fonts);
    let mono = fallback(&FontFamily::Monospace, &fonts);
    let with = |first: &[&str], rest: &[String]| -> Vec<String> {
        first
            .iter()
            .map(|s| (*s).to_owned())
            .chain(rest.iter().cloned())
            .collect()
    };
    fonts
        .families
        .insert(FontFamily::Proportional, with(&["inter"], &sans));
    fonts
        .families
        .insert(medium(), with(&["inter-medium"], &sans));
    fonts
        .families
        .insert(semibold(), with(&["inter-semibold"], &sans));
    fonts
        .families
        .insert(FontFamily::Monospace, with(&["mono", "inter"], &mono));
    fonts
        .families
        .insert(mono_medium(), with(&["mono-medium", "inter"], &mono));
    fonts
}

fn apply(style: &mut Style, theme: &Theme) {
    style.text_styles = [
        (
            TextStyle::Small,
            FontId::new(11.0, FontFamily::Proportional),
        ),
        (TextStyle::Body, FontId::new(13.0, FontFamily::Proportional)),
        (
            TextStyle::Button,
            FontId::new(13.0, FontFamily::Proportional),
        ),
        (TextStyle::Monospace, mono_font()),
        (TextStyle::Heading, FontId::new(20.0, semibold())),
        (title_style(), FontId::new(16.0, semibold())),
        (caption_style(), FontId::new(11.0, medium())),
    ]
    .into();
    style.animation_time = MOTION;
    style.spacing.item_spacing = vec2(space::S, space::S);
    style.spacing.button_padding = vec2(space::S + 2.0, space::XS + 1.0);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(16);
    style.spacing.interact_size = vec2(32.0, 26.0);
    style.spacing.combo_width = 120.0;
    style.spacing.tooltip_width = 360.0;
    style.spacing.menu_spacing = 2.0;
    style.spacing.scroll = ScrollStyle {
        bar_width: 8.0,
        floating_width: 4.0,
        dormant_handle_opacity: 0.25,
        ..ScrollStyle::floating()
    };
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style.visuals = visuals(theme);
}

fn visuals(theme: &Theme) -> Visuals {
    let mut v = if theme.dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let radius = CornerRadius::same(RADIUS);
    let state = |fill: Color32, text: Color32, stroke: Stroke| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: stroke,
        corner_radius: radius,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    v.widgets.noninteractive = state(theme.surface, theme.text, theme.line());
    v.widgets.inactive = state(theme.control, theme.text, Stroke::NONE);
    v.widgets.hovered = state(theme.control_hover, theme.text, Stroke::NONE);
    v.widgets.active = state(
        theme.control_hover,
        theme.text,
        Stroke::new(1.0, theme.accent),
    );
    v.widgets.open = state(theme.control_hover, theme.text, Stroke::NONE);
    v.selection = Selection {
        bg_fill: if theme.dark {
            rgb(0x27_4a_80)
        } else {
            rgb(0xbf_d6_fa)
        },
        // Also the text of a chosen button, which must be read on the fill above.
        stroke: Stroke::new(1.0, theme.text),
    };
    v.hyperlink_color = theme.accent;
    v.faint_bg_color = theme.raised;
    v.extreme_bg_color = theme.control;
    v.text_edit_bg_color = Some(theme.control);
    v.code_bg_color = theme.raised;
    v.warn_fg_color = theme.high;
    v.error_fg_color = theme.critical;
    v.weak_text_color = Some(theme.muted);
    v.panel_fill = theme.surface;
    v.window_fill = if theme.dark {
        theme.raised
    } else {
        theme.surface
    };
    v.window_stroke = theme.line();
    v.window_corner_radius = CornerRadius::same(10);
    v.menu_corner_radius = CornerRadius::same(8);
    let shadow = Shadow {
        offset: [0, 8],
        blur: 24,
        spread: 0,
        color: Color32::from_black_alpha(if theme.dark { 120 } else { 40 }),
    };
    v.window_shadow = shadow;
    v.popup_shadow = shadow;
    v.text_cursor.stroke = Stroke::new(1.5, theme.accent);
    v.text_cursor.blink = false; // a blinking cursor keeps the frames coming
    v.striped = false;
    v.indent_has_left_vline = false;
    v.disabled_alpha = 0.5;
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(c: Color32) -> f32 {
        let linear = |v: u8| egui::ecolor::linear_f32_from_gamma_u8(v);
        0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn no_font_joins_characters_into_one_sign() {
        // A claim `a->b` or `https://…` is shown character by character.
        for (name, data) in fonts().font_data {
            let ours = ["inter", "mono"].iter().any(|n| name.starts_with(n));
            let joins = data
                .font
                .as_ref()
                .as_ref()
                .windows(4)
                .any(|tag| tag == b"calt");
            assert!(!(ours && joins), "{name} has contextual alternates");
        }
    }

    #[test]
    fn text_has_contrast_on_every_surface() {
        for theme in [&DARK, &LIGHT] {
            for surface in [theme.window, theme.surface, theme.raised, theme.control] {
                for (name, text) in [
                    ("text", theme.text),
                    ("muted", theme.muted),
                    ("accent", theme.accent),
                    ("critical", theme.critical),
                    ("high", theme.high),
                    ("medium", theme.medium),
                    ("low", theme.low),
                    ("good", theme.good),
                ] {
                    // Coloured text never stands on controls; muted text may.
                    if surface == theme.control && !["text", "muted"].contains(&name) {
                        continue;
                    }
                    let ratio = contrast(text, surface);
                    assert!(ratio >= 4.5, "{name} in dark={}: {ratio:.2}", theme.dark);
                }
            }
            for (text, surface) in [
                (theme.on_accent, theme.accent),
                (theme.good, theme.added_surface),
                (theme.critical, theme.removed_surface),
                (theme.high, theme.warn_surface),
                (theme.text, theme.accent_surface),
                (theme.muted, theme.accent_surface),
                (theme.token_header, theme.raised),
                (theme.token_payload, theme.raised),
                (theme.token_signature, theme.raised),
            ] {
                let ratio = contrast(text, surface);
                assert!(
                    ratio >= 4.5,
                    "dark={} {text:?} on {surface:?}: {ratio:.2}",
                    theme.dark
                );
            }
        }
    }
}
