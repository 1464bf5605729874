//! `curl` as it stands in a script, in a terminal, or as browsers copy it.

use super::message::Asked;

/// Bytes of one command that are read at most.
const LONGEST: usize = 4 << 20;

/// Short options that take a value.
const WITH_VALUE: &str = "dFHuXobcAemxwETKDrYyzCtQPU";

/// The request of a command that begins with `curl`, and where it ends in `text`.
pub fn curl(text: &str) -> (Asked, usize) {
    let (words, end) = command(text);
    (asked(&words), end)
}

/// Words of a command, and where it ends: at a line break, `;`, `|` or `>` outside of quotes.
fn command(text: &str) -> (Vec<String>, usize) {
    let first = text.lines().next().unwrap_or_default();
    if first.trim_end().ends_with('^') {
        return of_windows(text);
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut signs = text.char_indices().peekable();
    let mut end = text.len();
    while let Some((at, sign)) = signs.next() {
        if at > LONGEST {
            end = at;
            break;
        }
        match sign {
            '\'' => {
                let word = word.get_or_insert_default();
                for (_, sign) in signs.by_ref() {
                    if sign == '\'' {
                        break;
                    }
                    word.push(sign);
                }
            }
            '$' if signs.peek().is_some_and(|(_, next)| *next == '\'') => {
                signs.next();
                let word = word.get_or_insert_default();
                while let Some((_, sign)) = signs.next() {
                    match sign {
                        '\'' => break,
                        '\\' => match signs.next() {
                            Some((_, 'n')) => word.push('\n'),
                            Some((_, 'r')) => word.push('\r'),
                            Some((_, 't')) => word.push('\t'),
                            Some((_, other)) => word.push(other),
                            None => {}
                        },
                        sign => word.push(sign),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                while let Some((_, sign)) = signs.next() {
                    match sign {
                        '"' => break,
                        '\\' => match signs.next() {
                            Some((_, '\n')) | None => {}
                            Some((_, next @ ('"' | '\\' | '$' | '`'))) => word.push(next),
                            Some((_, next)) => word.extend(['\\', next]),
                        },
                        sign => word.push(sign),
                    }
                }
            }
            // A line that goes on: in a shell, or in PowerShell.
            '\\' | '`' => match signs.next() {
                Some((_, '\n')) => words.extend(word.take()),
                Some((_, '\r')) => {
                    signs.next_if(|(_, next)| *next == '\n');
                    words.extend(word.take());
                }
                Some((_, next)) => word.get_or_insert_default().push(next),
                None => {}
            },
            '\n' | ';' | '|' | '>' | ')' => {
                end = at;
                break;
            }
            sign if sign.is_whitespace() => words.extend(word.take()),
            sign => word.get_or_insert_default().push(sign),
        }
    }
    words.extend(word);
    (words, end)
}

/// As Windows has it: `^` before signs that mean something, and at the ends of lines.
fn of_windows(text: &str) -> (Vec<String>, usize) {
    let mut end = 0;
    let mut whole = String::new();
    for line in text.split_inclusive('\n') {
        end += line.len();
        let line = line.trim_end();
        let more = line.ends_with('^');
        let line = line.strip_suffix('^').unwrap_or(line);
        whole.push_str(&line.replace("^\\^\"", "\\\"").replace('^', ""));
        whole.push(' ');
        if !more || whole.len() > LONGEST {
            break;
        }
    }
    (command(&whole).0, end)
}

fn asked(words: &[String]) -> Asked {
    let mut asked = Asked::default();
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        if let Some(long) = word.strip_prefix("--") {
            let (name, glued) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            if takes_value(name)
                && let Some(value) = glued.or_else(|| words.next().cloned())
            {
                option(&mut asked, name, &value);
            }
        } else if let Some(cluster) = word.strip_prefix('-') {
            let Some((at, letter)) = cluster
                .char_indices()
                .find(|(_, letter)| WITH_VALUE.contains(*letter))
            else {
                continue;
            };
            let glued = &cluster[at + letter.len_utf8()..];
            let value = if glued.is_empty() {
                words.next().cloned()
            } else {
                Some(glued.to_owned())
            };
            let name = match letter {
                'd' => "data",
                'F' => "form",
                'H' => "header",
                'u' => "user",
                _ => continue,
            };
            if let Some(value) = value {
                option(&mut asked, name, &value);
            }
        }
    }
    asked
}

fn takes_value(name: &str) -> bool {
    name.starts_with("data")
        || matches!(
            name,
            "form" | "form-string" | "header" | "user" | "json" | "request" | "url" | "url-query"
        )
}

fn option(asked: &mut Asked, name: &str, value: &str) {
    match name {
        "header" => {
            if let Some((name, value)) = value.split_once(':') {
                asked.header(name, value);
            }
        }
        "user" => asked.user(value),
        "data-urlencode" | "form" | "form-string" => {
            if let Some((name, value)) = value.split_once('=') {
                asked.add(name, value);
            }
        }
        "request" | "url" => {}
        _ if value.trim_start().starts_with('{') => {
            if let Ok(members) = serde_json::from_str(value) {
                asked.add_members(&members);
            }
        }
        _ => asked.add_form(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curl_is_read_as_shells_browsers_and_terminals_write_it() {
        for text in [
            "curl https://as/token -u planner:s -d grant_type=x -d subject_token=abc -d scope=a\\ b",
            "curl -sSu planner:s 'https://as/token' --data 'grant_type=x&subject_token=abc&scope=a+b'",
            "curl -s \\\n  --user planner:s \\\n  --data-urlencode 'scope=a b' --data grant_type=x \\\n -dsubject_token=abc https://as/token",
            "curl --data-raw $'grant_type=x&subject_token=abc&scope=a%20b' -H 'Authorization: Basic cGxhbm5lcjpz' https://as/token",
            "curl \"https://as/token\" ^\r\n  -H ^\"Authorization: Basic cGxhbm5lcjpz^\" ^\r\n  --data-raw ^\"grant_type=x^&subject_token=abc^&scope=a b^\"",
            "curl --json '{\"grant_type\":\"x\",\"subject_token\":\"abc\",\"scope\":[\"a\",\"b\"],\"client_id\":\"planner\"}' https://as/token",
            "curl `\n -d 'client_id=planner' `\n -d 'grant_type=x' -d subject_token=abc -d \"scope=a b\" https://as",
        ] {
            let (asked, end) = curl(&format!("{text}\n{{}}"));
            assert_eq!(asked.subject(), Some("abc"), "{text}");
            assert_eq!(asked.client(), Some("planner"), "{text}");
            let scope = asked.scope().map(|s| s.into_iter().collect::<Vec<_>>());
            assert_eq!(scope, Some(vec!["a".into(), "b".into()]), "{text}");
            assert!(end >= text.len() && end <= text.len() + 1, "{text}");
        }
    }

    #[test]
    fn what_never_ends_ends() {
        for text in [
            "curl '",
            "curl \"a\\",
            "curl $'a\\",
            "curl \\",
            "curl -",
            "curl --",
            "curl -d",
        ] {
            assert_eq!(curl(text).1, text.len(), "{text}");
        }
    }
}
