//! Reads Rust source as far as the tests of the architecture need it: the paths that it names.

/// A word or a sign of Rust source; comments and literals are gone.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Word(String),
    PathSep,
    Sign(char),
}

/// Splits source into words and signs. Knows comments, strings (raw and byte ones as well),
/// characters and lifetimes, so that none of their contents is taken for code.
pub fn pieces(source: &str) -> Vec<Piece> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        match at(i) {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                while i < chars.len() {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            '"' => i = after_string(&chars, i),
            '\'' => {
                // A character is closed by a quote after one character or an escape; else a lifetime.
                if at(i + 1) == '\\' {
                    i += 3;
                    while i < chars.len() && at(i) != '\'' {
                        i += 1;
                    }
                    i += 1;
                } else if at(i + 2) == '\'' {
                    i += 3;
                } else {
                    // Not a word: of `&'static Format` nothing is defined.
                    i += 1;
                    while at(i).is_alphanumeric() || at(i) == '_' {
                        i += 1;
                    }
                }
            }
            ':' if at(i + 1) == ':' => {
                out.push(Piece::PathSep);
                i += 2;
            }
            c if c.is_alphabetic() || c == '_' => {
                let start = i;
                while at(i).is_alphanumeric() || at(i) == '_' {
                    i += 1;
                }
                let word: String = chars[start..i].iter().collect();
                let raw = matches!(word.as_str(), "r" | "br" | "cr");
                if raw && (at(i) == '"' || (at(i) == '#' && matches!(at(i + 1), '"' | '#'))) {
                    i = after_raw_string(&chars, i);
                } else if matches!(word.as_str(), "b" | "c") && at(i) == '"' {
                    i = after_string(&chars, i);
                } else if word == "r" && at(i) == '#' {
                    i += 1; // a raw identifier: its name follows
                } else {
                    out.push(Piece::Word(word));
                }
            }
            c if c.is_numeric() => {
                while at(i).is_alphanumeric() || at(i) == '_' {
                    i += 1;
                }
            }
            c => {
                if !c.is_whitespace() {
                    out.push(Piece::Sign(c));
                }
                i += 1;
            }
        }
    }
    out
}

fn after_string(chars: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn after_raw_string(chars: &[char], mut i: usize) -> usize {
    let start = i;
    while chars.get(i) == Some(&'#') {
        i += 1;
    }
    let hashes = i - start;
    i += 1;
    while i < chars.len() {
        if chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#')) {
            return i + 1 + hashes;
        }
        i += 1;
    }
    i
}

/// A path that a source names.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Segments from the crate's root (`crate` first), or from a library or a local name.
    pub path: Vec<String>,
    /// The name that a `use` gives it in its module; `*` for all that it holds.
    pub as_name: Option<String>,
    /// Handed on to others by a `pub use`.
    pub handed_on: bool,
    /// Inside `mod tests { .. }`.
    pub in_tests: bool,
}

/// Every path that the source names, as segments from the crate's root (`crate` first) or from a
/// library or local name. `module` is where the file stands, `["risk", "chain"]`.
pub fn paths(source: &str, module: &[String]) -> Vec<Vec<String>> {
    named(source, module).into_iter().map(|n| n.path).collect()
}

/// [`paths`], with what each is named for.
pub fn named(source: &str, module: &[String]) -> Vec<Named> {
    let pieces = pieces(source);
    let mut found = Vec::new();
    let mut inline: Vec<(String, usize)> = Vec::new(); // `mod name {` with the depth of its brace
    let mut depth = 0;
    let mut i = 0;
    while i < pieces.len() {
        let in_tests = inline.iter().any(|(name, _)| name == "tests");
        let mut push = |path, as_name, handed_on| {
            found.push(Named {
                path,
                as_name,
                handed_on,
                in_tests,
            });
        };
        match &pieces[i] {
            Piece::Sign('{') => {
                depth += 1;
                i += 1;
            }
            Piece::Sign('}') => {
                depth -= 1;
                if inline.last().is_some_and(|(_, d)| *d > depth) {
                    inline.pop();
                }
                i += 1;
            }
            Piece::Word(word) if word == "mod" => {
                if let (Some(Piece::Word(name)), Some(Piece::Sign('{'))) =
                    (pieces.get(i + 1), pieces.get(i + 2))
                {
                    depth += 1;
                    inline.push((name.clone(), depth));
                    i += 3;
                } else {
                    i += 1;
                }
            }
            Piece::Word(word) if word == "extern" => {
                if let (Some(Piece::Word(krate)), Some(Piece::Word(name))) =
                    (pieces.get(i + 1), pieces.get(i + 2))
                    && krate == "crate"
                {
                    push(vec![name.clone()], None, false);
                    i += 3;
                } else {
                    i += 1;
                }
            }
            Piece::Word(word) if word == "use" => {
                let handed_on = is_public(&pieces[..i]);
                let mut flat = Vec::new();
                i += 1;
                i = use_tree(&pieces, i, &mut Vec::new(), &mut flat);
                for (path, name) in flat {
                    push(resolve(path, module, &inline), Some(name), handed_on);
                }
            }
            Piece::Word(word) => {
                let mut path = vec![word.clone()];
                let qualified = i > 0 && pieces[i - 1] == Piece::PathSep;
                i += 1;
                while let (Some(Piece::PathSep), Some(Piece::Word(next))) =
                    (pieces.get(i), pieces.get(i + 1))
                {
                    path.push(next.clone());
                    i += 2;
                }
                if path.len() > 1 && !qualified {
                    push(resolve(path, module, &inline), None, false);
                }
            }
            _ => i += 1,
        }
    }
    found
}

/// Whether what follows stands after `pub`, `pub(super)`, `pub(in ..)`.
fn is_public(before: &[Piece]) -> bool {
    let is_pub = |piece: Option<&Piece>| piece == Some(&Piece::Word("pub".into()));
    match before.last() {
        Some(Piece::Sign(')')) => {
            let open = before.iter().rposition(|p| *p == Piece::Sign('('));
            open.is_some_and(|open| is_pub(before[..open].last()))
        }
        last => is_pub(last),
    }
}

/// Reads one use tree from `i`, pushes its flat paths with the names that they get, gives the place
/// after it.
fn use_tree(
    pieces: &[Piece],
    mut i: usize,
    prefix: &mut Vec<String>,
    flat: &mut Vec<(Vec<String>, String)>,
) -> usize {
    let length = prefix.len();
    let mut alias = None;
    loop {
        match pieces.get(i) {
            Some(Piece::PathSep) => i += 1,
            Some(Piece::Word(word)) if word == "as" => {
                if let Some(Piece::Word(name)) = pieces.get(i + 1) {
                    alias = Some(name.clone());
                }
                i += 2;
            }
            Some(Piece::Word(word)) => {
                prefix.push(word.clone());
                i += 1;
            }
            Some(Piece::Sign('*')) => {
                prefix.push("*".into());
                i += 1;
            }
            Some(Piece::Sign('{')) => {
                i += 1;
                while !matches!(pieces.get(i), Some(Piece::Sign('}')) | None) {
                    i = use_tree(pieces, i, prefix, flat);
                    if pieces.get(i) == Some(&Piece::Sign(',')) {
                        i += 1;
                    }
                }
                prefix.truncate(length);
                return i + 1;
            }
            _ => break,
        }
    }
    if prefix.len() > length {
        let last = prefix.iter().rev().find(|word| *word != "self");
        let name = alias.or_else(|| last.cloned()).unwrap_or_default();
        flat.push((prefix.clone(), name));
    }
    prefix.truncate(length);
    i
}

/// Turns `self`, `super` and `delegraph` into paths from `crate`.
fn resolve(path: Vec<String>, module: &[String], inline: &[(String, usize)]) -> Vec<String> {
    let here = || {
        let mut here: Vec<String> = vec!["crate".into()];
        here.extend(module.iter().cloned());
        here.extend(inline.iter().map(|(name, _)| name.clone()));
        here
    };
    match path[0].as_str() {
        "delegraph" => [vec!["crate".into()], path[1..].to_vec()].concat(),
        "self" => [here(), path[1..].to_vec()].concat(),
        "super" => {
            let mut at = here();
            let mut rest = path.as_slice();
            while rest.first().is_some_and(|s| s == "super") {
                if at.len() > 1 {
                    at.pop();
                }
                rest = &rest[1..];
            }
            [at, rest.to_vec()].concat()
        }
        _ => path,
    }
}
