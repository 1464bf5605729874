//! Hexadecimal as people write it.

use super::text::escape;

/// Why text is not hexadecimal, and in which line, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// A character that is no digit.
    #[error("line {line}: `{}` is no hexadecimal digit", escape(&found.to_string()))]
    Digit {
        /// The line.
        line: usize,
        /// The character.
        found: char,
    },
    /// A byte of one digit.
    #[error("line {line}: a byte has two digits")]
    HalfByte {
        /// The line.
        line: usize,
    },
}

/// Hexadecimal as bytes; spaces and line breaks may stand between them.
pub fn read(text: &str) -> Result<Vec<u8>, HexError> {
    let mut bytes = Vec::with_capacity(text.len() / 2 + 1);
    for (n, line) in text.lines().enumerate() {
        for word in line.split_whitespace() {
            let digits = word.as_bytes();
            let line = n + 1;
            if let Some(found) = word.chars().find(|c| !c.is_ascii_hexdigit()) {
                return Err(HexError::Digit { line, found });
            }
            if digits.len() % 2 == 1 {
                return Err(HexError::HalfByte { line });
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
        assert_eq!(read("00\n0"), Err(HexError::HalfByte { line: 2 }));
        let strange = HexError::Digit {
            line: 1,
            found: 'x',
        };
        assert_eq!(read("00 0x"), Err(strange));
        let hidden = read("\u{202e}").unwrap_err().to_string();
        assert_eq!(hidden, "line 1: `\\u{202e}` is no hexadecimal digit");
    }
}
