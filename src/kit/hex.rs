//! Hexadecimal as people write it.

use super::text::escape;

/// Hexadecimal as bytes; spaces and line breaks may stand between them. The error says where it is.
pub fn read(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len() / 2 + 1);
    for (n, line) in text.lines().enumerate() {
        for word in line.split_whitespace() {
            let digits = word.as_bytes();
            if let Some(odd) = word.chars().find(|c| !c.is_ascii_hexdigit()) {
                return Err(format!(
                    "line {}: `{}` is no hexadecimal digit",
                    n + 1,
                    escape(&odd.to_string())
                ));
            }
            if digits.len() % 2 == 1 {
                return Err(format!("line {}: a byte has two digits", n + 1));
            }
            for pair in digits.chunks(2) {
                let value = |d: u8| (d as char).to_digit(16).unwrap_or(0) as u8;
                bytes.push(value(pair[0]) << 4 | value(pair[1]));
            }
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_case_do_not_matter() {
        assert_eq!(read("7B22\n 61").unwrap(), b"{\"a");
        assert!(read("").unwrap().is_empty());
    }

    #[test]
    fn errors_say_where() {
        assert!(read("00\n0").unwrap_err().contains("line 2"));
        assert!(read("00 0x").unwrap_err().contains("`x`"));
        assert!(read("\u{202e}").unwrap_err().contains("202e"));
    }
}
