//! The request that holds a token, as far as a text shows it: an HTTP message, an entry of a HAR file, a
//! cURL command.

use std::ops::Range;

/// Method and address of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// Method.
    pub method: String,
    /// Absolute, or without what the request does not tell: its scheme (`//api.example.com/a`), or
    /// its host as well (`/a`).
    pub url: Option<String>,
}

/// Bytes before and after a token in which the rest of its request is looked for.
const REACH: usize = 8 << 10;

/// The method and the address of the request in which the token at `token` stands.
pub(super) fn line(text: &str, token: &Range<usize>) -> Option<RequestLine> {
    let bytes = text.as_bytes();
    let from = token.start.saturating_sub(REACH);
    let to = token.end.saturating_add(REACH).min(bytes.len());
    let above = String::from_utf8_lossy(bytes.get(from..token.start)?);
    let below = String::from_utf8_lossy(bytes.get(token.end..to)?);
    command(&above, &below)
        .or_else(|| message(&above, &below))
        .or_else(|| entry(&above, &below))
}

/// The request line above a token in the same message.
fn message(above: &str, below: &str) -> Option<RequestLine> {
    // What curl prints before a line that it sends.
    let plain = |line: &str| line.trim().trim_start_matches("> ").to_owned();
    let mut host = None;
    let mut line = None;
    for candidate in above.lines().rev().map(plain) {
        if candidate.is_empty() {
            break;
        }
        host = host.or_else(|| host_of(&candidate));
        line = read_line(&candidate);
        if line.is_some() {
            break;
        }
    }
    let (method, target) = line?;
    // The first of the lines below is the rest of the token's own.
    let headers = below.lines().skip(1).map(plain);
    let host = host.or_else(|| {
        headers
            .take_while(|l| !l.is_empty())
            .find_map(|l| host_of(&l))
    });
    let url = match host {
        Some(host) if target.starts_with('/') => format!("//{host}{target}"),
        _ => target,
    };
    Some(RequestLine {
        method,
        url: Some(url),
    })
}

fn host_of(line: &str) -> Option<String> {
    let (name, value) = line.split_once(':')?;
    // HTTP/2 calls it `:authority`.
    name.eq_ignore_ascii_case("host")
        .then(|| value.trim().to_owned())
}

/// `GET /accounts HTTP/1.1` as method and target.
fn read_line(line: &str) -> Option<(String, String)> {
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let read = !method.is_empty()
        && method.bytes().all(|b| b.is_ascii_uppercase())
        && version.starts_with("HTTP/");
    read.then(|| (method.to_owned(), target.to_owned()))
}

/// `"method"` and `"url"` of the request of a HAR file that holds the token.
fn entry(above: &str, below: &str) -> Option<RequestLine> {
    let open = above.rfind("\"request\"")?;
    // Of its answer, or of another entry.
    let (head, rest) = (above.get(open..)?, below);
    if head.contains("\"response\"") {
        return None;
    }
    let rest = rest.split("\"response\"").next().unwrap_or("");
    let rest = rest.split("\"request\"").next().unwrap_or("");
    let of = |name: &str| member(head, name).or_else(|| member(rest, name));
    let method = of("\"method\"").filter(|m| is_method(m))?;
    Some(RequestLine {
        method,
        url: of("\"url\"").filter(|url| url.contains("://")),
    })
}

/// The text of the first member of this name.
fn member(json: &str, name: &str) -> Option<String> {
    let after = json.get(json.find(name)? + name.len()..)?.trim_start();
    let value = after.strip_prefix(':')?.trim_start();
    let mut texts = serde_json::Deserializer::from_str(value).into_iter::<String>();
    texts.next()?.ok()
}

fn is_method(text: &str) -> bool {
    (3..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// Method and address of the cURL command in which the token stands.
fn command(above: &str, below: &str) -> Option<RequestLine> {
    let begins = above.rfind("curl ").or_else(|| above.rfind("curl.exe "))?;
    let own = begins == 0
        || above[..begins].ends_with(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
    let head = &above[begins..];
    // A line that goes on below ends with `\`, `^` or a back quote.
    let goes_on = |line: &str| line.trim_end().ends_with(['\\', '^', '`']);
    let mut lines = head.lines().rev().skip(1);
    let quoted = head.matches('\'').count() % 2 == 1 || head.matches('"').count() % 2 == 1;
    if !own || !(lines.all(goes_on) || quoted) {
        return None;
    }
    let mut text = format!("{head}TOKEN");
    let mut quote = quoted;
    for line in below.split_inclusive('\n') {
        text.push_str(line);
        quote &= !line.contains(['\'', '"']);
        if !goes_on(line) && !quote {
            break;
        }
    }
    let joined = text
        .replace("\\\r\n", " ")
        .replace("\\\n", " ")
        .replace("^\r\n", " ")
        .replace("^\n", " ")
        .replace("`\r\n", " ")
        .replace("`\n", " ")
        .replace("^\"", "\"")
        .replace("$'", "'");
    read_command(&shlex::split(joined.lines().next()?)?)
}

fn read_command(words: &[String]) -> Option<RequestLine> {
    let (mut method, mut url, mut implied) = (None, None, "GET");
    let mut words = words.iter().skip(1).map(String::as_str);
    let mut as_query = false;
    while let Some(word) = words.next() {
        let (option, glued) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value)),
            _ if word.starts_with('-') && !word.starts_with("--") && word.len() > 2 => {
                match (word.get(..2), word.get(2..)) {
                    (Some(option), Some(value)) => (option, Some(value)),
                    _ => (word, None),
                }
            }
            _ => (word, None),
        };
        match option {
            "-X" | "--request" => method = glued.or_else(|| words.next()).map(str::to_owned),
            "--url" => url = glued.or_else(|| words.next()).map(str::to_owned),
            "-I" | "--head" => implied = "HEAD",
            "-G" | "--get" => as_query = true,
            "-T" | "--upload-file" => {
                implied = "PUT";
                if glued.is_none() {
                    words.next();
                }
            }
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-urlencode"
            | "--data-ascii" | "-F" | "--form" | "--form-string" | "--json" => {
                implied = "POST";
                if glued.is_none() {
                    words.next();
                }
            }
            "-H" | "--header" | "-A" | "--user-agent" | "-b" | "--cookie" | "-u" | "--user"
            | "-e" | "--referer" | "-o" | "--output" | "--cacert" | "--cert" | "--key" | "-x"
            | "--proxy" | "-c" | "--cookie-jar" | "-m" | "--max-time" | "--connect-timeout"
            | "-w" | "--write-out" | "--resolve" | "--retry" | "-D" | "--dump-header"
            | "--oauth2-bearer" => {
                if glued.is_none() {
                    words.next();
                }
            }
            other if other.starts_with('-') => {}
            ";" | "|" | "||" | "&&" | "&" | ">" | "2>&1" => break,
            other => {
                if url.is_none() {
                    url = Some(other.to_owned());
                }
            }
        }
    }
    let implied = if as_query && implied == "POST" {
        "GET"
    } else {
        implied
    };
    let method = method.map_or_else(|| implied.to_owned(), |m| m.to_ascii_uppercase());
    let url = url.filter(|url| !url.contains(['$', '{', ' ']))?;
    let url = if url.contains("://") {
        url
    } else {
        format!("//{url}")
    };
    is_method(&method).then_some(RequestLine {
        method,
        url: Some(url),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<(String, String)> {
        let at = text.find("TKN").unwrap();
        let read = line(text, &(at..at + 3))?;
        Some((read.method, read.url.unwrap_or_default()))
    }

    #[test]
    fn every_writing_of_a_request_gives_method_and_address() {
        for (text, method, url) in [
            (
                "GET /a?b=c HTTP/1.1\r\nHost: api.example\r\nDPoP: TKN\r\n\r\n",
                "GET",
                "//api.example/a?b=c",
            ),
            ("POST /a HTTP/2\nDPoP: TKN\n", "POST", "/a"),
            (
                "> PUT https://api/x HTTP/1.1\n> DPoP: TKN\n",
                "PUT",
                "https://api/x",
            ),
            ("curl -H 'DPoP: TKN' https://api/x", "GET", "https://api/x"),
            (
                "$ curl -sS -X PATCH 'https://api/x?y=z' \\\n  -H \"DPoP: TKN\" \\\n  -d '{}'\nGET /other HTTP/1.1",
                "PATCH",
                "https://api/x?y=z",
            ),
            (
                "curl --request=DELETE --url https://api/x --header 'DPoP: TKN'",
                "DELETE",
                "https://api/x",
            ),
            (
                "curl api.example/x -d a=b -H 'DPoP: TKN'",
                "POST",
                "//api.example/x",
            ),
            (
                "curl -G https://api/x -d a=b -H 'DPoP: TKN'",
                "GET",
                "https://api/x",
            ),
            (
                "curl ^\"https://api/x^\" ^\r\n  -H ^\"DPoP: TKN^\"\r\n",
                "GET",
                "https://api/x",
            ),
            (
                r#"{"request":{"method":"POST","url":"https:\/\/api\/x","headers":[{"name":"DPoP","value":"TKN"}]},"response":{}}"#,
                "POST",
                "https://api/x",
            ),
            (
                r#"{"request":{"headers":[{"name":"DPoP","value":"TKN"}],"method":"GET","url":"https://api/y"},"response":{}}"#,
                "GET",
                "https://api/y",
            ),
        ] {
            assert_eq!(of(text), Some((method.into(), url.into())), "{text}");
        }
    }

    #[test]
    fn what_is_no_part_of_a_request_has_none() {
        for text in [
            "TKN",
            "curl https://api/x\n\nTKN",
            "curl https://api/x\nthen: TKN\n",
            r#"{"request":{"method":"GET","url":"https://a"},"response":{"content":{"text":"TKN"}}}"#,
            "curl \"$URL\" -H 'DPoP: TKN'",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
