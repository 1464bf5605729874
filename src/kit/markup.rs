//! Text inside XML, HTML and Markdown: hidden characters are shown as escapes, and nothing in it is
//! taken for markup.

use super::text::escape;

/// Text for XML and HTML, and for attributes in double quotes. What XML forbids becomes U+FFFD.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// [`xml`] for attributes in single quotes as well.
pub fn xml_attribute(text: &str) -> String {
    xml(text).replace('\'', "&#39;")
}

/// [`xml`], but line breaks stay.
pub fn xml_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(xml).collect();
    lines.join("\n")
}

/// Text for a cell of a Markdown table.
pub fn markdown_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        if matches!(
            c,
            '\\' | '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '#' | '&'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text for a paragraph of Markdown. Code spans in it stay code spans where each is closed.
pub fn markdown_with_code(text: &str) -> String {
    let text = escape(text);
    let spans = text.matches('`').count().is_multiple_of(2);
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '`' if spans => {
                inside = !inside;
                out.push(c);
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '!' | '|' | '&' | '~'
                if !inside =>
            {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Text for a code span of Markdown, also in a cell, where no escape helps: one line without what
/// ends the span or the cell, or begins markup in it.
pub fn markdown_in_code(text: &str) -> String {
    escape(text)
        .chars()
        .map(|c| match c {
            '`' | '|' => '\'',
            '<' => '‹',
            '>' => '›',
            '\n' | '\r' => ' ',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_for_markup() {
        let text = "<a href=\"x\" b='y'>&\u{202e}\u{FFFE}\nz";
        assert_eq!(
            xml(text),
            "&lt;a href=&quot;x&quot; b='y'&gt;&amp;\\u{202e}\u{FFFD}\\nz"
        );
        assert_eq!(xml_attribute("b='y'"), "b=&#39;y&#39;");
        assert_eq!(xml_lines("a<\n\u{0}"), "a&lt;\n\\u{0}");
        assert_eq!(markdown_cell("a|*b* `c`\n"), "a\\|\\*b\\* \\`c\\`\\\\n");
        assert_eq!(markdown_with_code("*a* `*b*`"), "\\*a\\* `*b*`");
        assert_eq!(markdown_with_code("*a* `b"), "\\*a\\* \\`b");
        assert_eq!(markdown_in_code("a`|<b>"), "a''‹b›");
    }
}
