//! The principal graph as a picture.

use std::{
    fmt::Write as _,
    sync::{Arc, LazyLock},
};

use resvg::{tiny_skia, usvg};

use super::{Theme, edge_words, icons, is_quiet, words};
use crate::{
    kit::markup::xml_attribute,
    principal::{
        Edge, Graph, Node, NodeKind,
        layout::{
            Box2, CAPTION_SIZE, Layout, NAME_SIZE, NODE_PADDING, Path, Point, Words, text_width,
            wire_text,
        },
    },
    risk::Severity,
};

/// Around the drawing.
const MARGIN: f32 = 32.0;
/// Column headings, above the drawing.
const HEAD: f32 = 40.0;
/// Widest and highest picture, in pixels: a graph beyond it is drawn smaller.
const MOST_PIXELS: f32 = 12_000.0;

/// SVG, with a title on each node and wire for readers that cannot see it.
pub fn svg_in(graph: &Graph, layout: &Layout, theme: Theme) -> String {
    let (low, high) = layout.bounds;
    let (left, top) = (low.x - MARGIN, low.y - MARGIN - HEAD);
    let (width, height) = (
        (high.x - low.x + 2.0 * MARGIN).max(320.0).ceil(),
        (high.y - low.y + 2.0 * MARGIN + HEAD).max(160.0).ceil(),
    );
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"{left} {top} {width} {height}\" role=\"img\" \
         font-family=\"Inter, system-ui, sans-serif\">\n<title>Who acts for whom</title>\n\
         <rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n",
        theme.window()
    );
    headings(&mut out, layout, theme, top, top + height);
    if graph.nodes.is_empty() {
        let (x, y) = (left + width / 2.0, top + height / 2.0);
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-size=\"{NAME_SIZE}\" \
             fill=\"{}\">No principal is named in these tokens</text>",
            theme.muted()
        );
    }
    // The worst on top.
    let mut order: Vec<usize> = (0..graph.edges.len().min(layout.edges.len())).collect();
    order.sort_by_key(|e| (graph.edges[*e].severity, std::cmp::Reverse(*e)));
    for e in &order {
        wire(&mut out, graph, &graph.edges[*e], &layout.edges[*e], theme);
    }
    for (node, place) in graph.nodes.iter().zip(&layout.nodes) {
        draw_node(&mut out, node, place, theme);
    }
    for e in &order {
        label(&mut out, &graph.edges[*e], &layout.edges[*e], theme);
    }
    out.push_str("</svg>\n");
    out
}

fn headings(out: &mut String, layout: &Layout, theme: Theme, top: f32, bottom: f32) {
    for pair in layout.columns.windows(2) {
        let x = f32::midpoint(pair[0].x, pair[1].x);
        let _ = writeln!(
            out,
            "<path d=\"M{x} {}V{}\" stroke=\"{}\" stroke-dasharray=\"1 6\" stroke-linecap=\"round\" \
             fill=\"none\"/>",
            top + HEAD,
            bottom - 8.0,
            theme.hairline()
        );
    }
    for column in &layout.columns {
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"10.5\" font-weight=\"500\" \
             letter-spacing=\"0.5\" fill=\"{}\">{}</text>",
            column.x,
            top + 27.0,
            theme.muted(),
            xml_attribute(&column.title.to_uppercase())
        );
    }
}

/// Notes have no colour of their own.
fn risk(severity: Option<Severity>) -> Option<Severity> {
    severity.filter(|s| *s > Severity::Info)
}

fn wire(out: &mut String, graph: &Graph, edge: &Edge, path: &Path, theme: Theme) {
    let Some((start, rest)) = path.points.split_first() else {
        return;
    };
    let quiet = is_quiet(edge.relation);
    let severity = risk(edge.severity);
    let width = Theme::width(severity)
        - if quiet && severity.is_none() {
            0.2
        } else {
            0.0
        };
    let colour = match severity {
        Some(severity) => theme.severity(severity),
        None if quiet => theme.faint(),
        None => theme.muted(),
    };
    // The line ends inside the arrow's head, so that its tip is sharp.
    let head = 6.5 + width;
    let mut points = rest.to_vec();
    let (tip, direction) = tip(&path.points);
    if let Some(end) = points.last_mut() {
        *end = Point {
            x: tip.x - direction.x * head * 0.6,
            y: tip.y - direction.y * head * 0.6,
        };
    }
    let name = |n: usize| graph.nodes.get(n).map_or("?", |node| node.label.as_str());
    let mut data = format!("M{:.1} {:.1}", start.x, start.y);
    for c in points.chunks(3) {
        if let [a, b, end] = c {
            let _ = write!(
                data,
                "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                a.x, a.y, b.x, b.y, end.x, end.y
            );
        }
    }
    let half = head * 0.46;
    let back = Point {
        x: tip.x - direction.x * head,
        y: tip.y - direction.y * head,
    };
    let _ = writeln!(
        out,
        "<g><title>{} {} {}</title><path d=\"{data}\" fill=\"none\" stroke=\"{colour}\" \
         stroke-width=\"{width:.1}\"{}/><path d=\"M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z\" \
         fill=\"{colour}\"/></g>",
        xml_attribute(name(edge.from)),
        xml_attribute(&edge_words(edge)),
        xml_attribute(name(edge.to)),
        if quiet {
            " stroke-dasharray=\"4 4\""
        } else {
            ""
        },
        tip.x,
        tip.y,
        back.x - direction.y * half,
        back.y + direction.x * half,
        back.x + direction.y * half,
        back.y - direction.x * half,
    );
}

/// The end of a wire and the direction in which it arrives.
fn tip(points: &[Point]) -> (Point, Point) {
    let end = points.last().copied().unwrap_or_default();
    let before = points
        .iter()
        .rev()
        .find(|p| (p.x - end.x).hypot(p.y - end.y) > 0.5)
        .copied()
        .unwrap_or(Point {
            x: end.x - 1.0,
            y: end.y,
        });
    let length = (end.x - before.x).hypot(end.y - before.y);
    (
        end,
        Point {
            x: (end.x - before.x) / length,
            y: (end.y - before.y) / length,
        },
    )
}

/// Height of a line of a name, and from its top to the baseline.
const NAME: [f32; 2] = [16.0, 12.5];
/// Likewise of what stands below the name.
const DETAIL: [f32; 2] = [14.0, 11.0];

fn draw_node(out: &mut String, node: &Node, place: &Box2, theme: Theme) {
    let severity = risk(node.severity);
    let (stroke, width) = severity.map_or((theme.border(), 1.0), |s| {
        (theme.severity(s), Theme::width(Some(s)) * 0.62)
    });
    let kind = if node.fold.is_some() {
        "folded"
    } else {
        node.kind.name()
    };
    let _ = write!(
        out,
        "<g><title>{}, {kind}, {}</title>",
        xml_attribute(&node.label),
        xml_attribute(&words(node))
    );
    // A fold looks like the uppermost of several cards.
    for n in [2.0, 1.0] {
        if node.fold.is_some() {
            let mut card = *place;
            card.centre.y += 4.0 * n;
            card.width -= 12.0 * n;
            let _ = write!(
                out,
                "<path d=\"{}\" fill=\"{}\" stroke=\"{stroke}\"/>",
                outline(node.kind, &card),
                theme.raised()
            );
        }
    }
    let _ = write!(
        out,
        "<path d=\"{}\" fill=\"{}\" stroke=\"{stroke}\" \
         stroke-width=\"{width:.1}\"/>",
        outline(node.kind, place),
        theme.raised(),
    );
    let [left, icon, gap, right] = NODE_PADDING;
    let _ = write!(
        out,
        "<g transform=\"translate({:.1} {:.1}) scale({:.3})\" fill=\"none\" stroke=\"{}\" \
         stroke-width=\"1.3\" stroke-linecap=\"round\" stroke-linejoin=\"round\"><path d=\"{}\"/></g>",
        place.left() + left,
        place.centre.y - icon / 2.0,
        icon / 16.0,
        theme.muted(),
        icons::kind(node.kind),
    );
    let x = place.left() + left + icon + gap;
    let room = place.right() - right + 4.0 - x;
    let text = Words::of(node);
    let height = NAME[0] * text.name.len() as f32 + DETAIL[0] * text.detail.len() as f32;
    let mut y = place.centre.y - height / 2.0;
    for (lines, [step, base], size, weight, colour) in [
        (&text.name, NAME, NAME_SIZE, 500, theme.text()),
        (&text.detail, DETAIL, CAPTION_SIZE, 400, theme.muted()),
    ] {
        for line in lines {
            let _ = write!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" \
                 fill=\"{colour}\">{}</text>",
                y + base,
                xml_attribute(&fitted(line, size, room)),
            );
            y += step;
        }
    }
    if let Some(severity) = severity {
        let round = matches!(node.kind, NodeKind::Person | NodeKind::Key);
        chip(out, place, round, severity, theme);
    }
    out.push_str("</g>\n");
}

/// Icon and word of a severity, on the upper edge of a node.
fn chip(out: &mut String, place: &Box2, place_is_round: bool, severity: Severity, theme: Theme) {
    const SIZE: f32 = 10.0;
    let word = severity.name();
    let width = text_width(word, SIZE) + 24.0;
    // At the corner, where no wire arrives; within the curve of a round one.
    let out_by = if place_is_round { -6.0 } else { 8.0 };
    let (left, y) = (place.right() - width + out_by, place.top());
    let _ = write!(
        out,
        "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"15\" rx=\"7.5\" fill=\"{}\"/>\
         <path transform=\"translate({:.1} {:.1}) scale(0.625)\" d=\"{}\" fill=\"{colour}\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{SIZE}\" font-weight=\"500\" \
         fill=\"{colour}\">{word}</text>",
        y - 7.5,
        theme.window(),
        left + 4.0,
        y - 5.0,
        icons::severity(severity),
        left + 18.0,
        y + 3.6,
        colour = theme.severity(severity),
    );
}

/// Cuts the end off a text that is too wide.
fn fitted(text: &str, size: f32, room: f32) -> String {
    if text_width(text, size) <= room {
        return text.to_owned();
    }
    let mut cut: Vec<char> = text.chars().collect();
    while cut.pop().is_some() {
        let shorter: String = cut.iter().chain(&['…']).collect();
        if text_width(&shorter, size) <= room {
            return shorter;
        }
    }
    String::new()
}

/// Kinds differ in the outline as well as in the icon.
fn outline(kind: NodeKind, place: &Box2) -> String {
    let half = place.height / 2.0;
    let (top, bottom) = match kind {
        NodeKind::Person | NodeKind::Key => (half, half),
        NodeKind::Agent | NodeKind::Unknown => (10.0, 10.0),
        NodeKind::Client | NodeKind::Service => (5.0, 5.0),
        NodeKind::Audience => (2.0, 2.0),
        NodeKind::AuthorizationServer => (4.0, 16.0),
    };
    let (left, right) = (place.left(), place.right());
    let (upper, lower) = (place.top(), place.bottom());
    let turn =
        |radius: f32, x: f32, y: f32| format!("A{radius:.1} {radius:.1} 0 0 1 {x:.1} {y:.1}");
    format!(
        "M{:.1} {upper:.1}H{:.1}{}V{:.1}{}H{:.1}{}V{:.1}{}Z",
        left + top,
        right - top,
        turn(top, right, upper + top),
        lower - bottom,
        turn(bottom, right - bottom, lower),
        left + bottom,
        turn(bottom, left, lower - bottom),
        upper + top,
        turn(top, left + top, upper),
    )
}

fn label(out: &mut String, edge: &Edge, path: &Path, theme: Theme) {
    let severity = risk(edge.severity);
    let text = match (wire_text(edge), severity) {
        (Some(text), _) => text,
        // Never colour alone.
        (None, Some(severity)) => severity.name(),
        (None, None) => return,
    };
    let icon = if severity.is_some() { 15.0 } else { 0.0 };
    let words = text_width(text, CAPTION_SIZE) * 0.95;
    let width = words + icon + 8.0;
    let (left, y) = (path.label.x - width / 2.0, path.label.y);
    let colour = severity.map_or(theme.muted(), |s| theme.severity(s));
    let _ = write!(
        out,
        "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"16\" rx=\"4\" fill=\"{}\"/>",
        y - 8.0,
        theme.window()
    );
    if let Some(severity) = severity {
        let _ = write!(
            out,
            "<path transform=\"translate({:.1} {:.1}) scale(0.6875)\" d=\"{}\" fill=\"{colour}\"/>",
            left + 4.0,
            y - 5.5,
            icons::severity(severity)
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"{CAPTION_SIZE}\" \
         fill=\"{colour}\">{}</text>",
        left + 4.0 + icon + words / 2.0,
        y + 4.0,
        xml_attribute(text)
    );
}

/// Inter, as the program brings it: a picture looks the same on every machine.
static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = usvg::fontdb::Database::new();
    for file in [
        &include_bytes!("../../../assets/fonts/Inter-Regular.otf")[..],
        &include_bytes!("../../../assets/fonts/Inter-Medium.otf")[..],
    ] {
        fonts.load_font_data(file.to_vec());
    }
    fonts.set_sans_serif_family("Inter");
    Arc::new(fonts)
});

/// Why there is no picture of a graph.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The drawing cannot be read again.
    #[error("the graph cannot be drawn: {0}")]
    Draw(#[from] usvg::Error),
    /// There is no room for so many pixels.
    #[error("no picture of {width} by {height} pixels can be made")]
    Size {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The pixels cannot be written as PNG: why, in the library's words.
    #[error("the picture cannot be written: {0}")]
    Write(String),
}

/// PNG at twice the size of the SVG; smaller when the graph is very large.
pub fn png_in(graph: &Graph, layout: &Layout, theme: Theme) -> Result<Vec<u8>, PictureError> {
    let options = usvg::Options {
        font_family: "Inter".into(),
        fontdb: Arc::clone(&FONTS),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(&svg_in(graph, layout, theme), &options)?;
    let size = tree.size();
    let scale = (MOST_PIXELS / size.width().max(size.height())).min(2.0);
    let (width, height) = (
        (size.width() * scale).ceil().max(1.0) as u32,
        (size.height() * scale).ceil().max(1.0) as u32,
    );
    let mut pixels =
        tiny_skia::Pixmap::new(width, height).ok_or(PictureError::Size { width, height })?;
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    pixels
        .encode_png()
        .map_err(|e| PictureError::Write(e.to_string()))
}
