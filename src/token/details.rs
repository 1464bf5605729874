//! `authorization_details` (RFC 9396): what an object of it is about, and what is wrong with its
//! fields.

use serde_json::{Map, Value, json};

/// Kinds of objects with fields of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `payment_initiation` (RFC 9396 §2, after PSD2).
    Payment,
    /// `account_information` (RFC 9396 §2, after PSD2).
    Account,
    /// Any other `type`.
    Free,
}

/// What `account_information` can allow.
pub const ACCOUNT_ACTIONS: [&str; 3] = ["list_accounts", "read_balances", "read_transactions"];
/// What `payment_initiation` can allow.
pub const PAYMENT_ACTIONS: [&str; 3] = ["initiate", "status", "cancel"];
/// Members with a meaning of their own in every type, all lists of strings (RFC 9396 §2.2).
pub const LISTS: [&str; 4] = ["locations", "actions", "datatypes", "privileges"];

impl Shape {
    /// By the object's `type`.
    pub fn of(object: &Map<String, Value>) -> Self {
        match object.get("type").and_then(Value::as_str) {
            Some("payment_initiation") => Self::Payment,
            Some("account_information") => Self::Account,
            _ => Self::Free,
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Payment => "Payment initiation",
            Self::Account => "Account information",
            Self::Free => "Other type",
        }
    }

    /// A new object of this kind.
    pub fn example(self) -> Value {
        match self {
            Self::Payment => json!({
                "type": "payment_initiation",
                "actions": ["initiate"],
                "locations": ["https://api.example/payments"],
                "instructedAmount": { "currency": "EUR", "amount": "10.00" },
                "creditorName": "Merchant A",
                "creditorAccount": { "iban": "DE02100100109307118603" },
                "remittanceInformationUnstructured": "Invoice 1",
            }),
            Self::Account => json!({
                "type": "account_information",
                "actions": ["list_accounts"],
                "locations": ["https://api.example/accounts"],
            }),
            Self::Free => json!({ "type": "" }),
        }
    }
}

/// What is wrong with an object: JSON Pointer of the member, and why.
pub fn problems(object: &Map<String, Value>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut add = |at: &str, why: &str| found.push((at.to_owned(), why.to_owned()));
    match object.get("type") {
        Some(Value::String(name)) if !name.is_empty() => {}
        Some(Value::String(_)) => add("/type", "a type is needed (RFC 9396 §2)"),
        Some(_) => add("/type", "must be a string (RFC 9396 §2)"),
        None => add("/type", "missing: a type is needed (RFC 9396 §2)"),
    }
    for name in LISTS {
        let Some(value) = object.get(name) else {
            continue;
        };
        let strings = value
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string));
        if !strings {
            add(
                &format!("/{name}"),
                "must be a list of strings (RFC 9396 §2.2)",
            );
        }
    }
    if Shape::of(object) == Shape::Payment {
        let amount = object.get("instructedAmount");
        let text = |name: &str| amount.and_then(|a| a.get(name)).and_then(Value::as_str);
        if !text("amount").is_some_and(is_amount) {
            add(
                "/instructedAmount/amount",
                "a decimal number as a string, such as \"123.50\"",
            );
        }
        if !text("currency")
            .is_some_and(|c| c.len() == 3 && c.bytes().all(|b| b.is_ascii_uppercase()))
        {
            add(
                "/instructedAmount/currency",
                "three capital letters, such as EUR (ISO 4217)",
            );
        }
        let iban = object.get("creditorAccount").and_then(|a| a.get("iban"));
        if let Some(iban) = iban
            && !iban.as_str().is_some_and(is_iban)
        {
            add(
                "/creditorAccount/iban",
                "its check digits do not fit (ISO 13616)",
            );
        }
    }
    found
}

fn is_amount(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(part)
}

/// Length and check digits of an IBAN; spaces are allowed.
fn is_iban(text: &str) -> bool {
    let text: Vec<u8> = text.bytes().filter(|b| *b != b' ').collect();
    if !(15..=34).contains(&text.len()) || !text.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let turned = text[4..].iter().chain(&text[..4]);
    let rest = turned.fold(0_u32, |rest, b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(value: &Value) -> Vec<String> {
        let found = problems(value.as_object().unwrap());
        found.into_iter().map(|(at, _)| at).collect()
    }

    #[test]
    fn examples_have_no_problems_but_the_type_that_is_yet_to_be_named() {
        assert!(at(&Shape::Payment.example()).is_empty());
        assert!(at(&Shape::Account.example()).is_empty());
        assert_eq!(at(&Shape::Free.example()), ["/type"]);
    }

    #[test]
    fn wrong_fields_are_named() {
        let mut payment = Shape::Payment.example();
        payment["instructedAmount"]["amount"] = json!(10.5);
        payment["instructedAmount"]["currency"] = json!("euro");
        payment["creditorAccount"]["iban"] = json!("DE02100100109307118604");
        payment["actions"] = json!("initiate");
        assert_eq!(
            at(&payment),
            [
                "/actions",
                "/instructedAmount/amount",
                "/instructedAmount/currency",
                "/creditorAccount/iban"
            ]
        );
        assert_eq!(at(&json!({ "actions": [1] })), ["/type", "/actions"]);
        for text in ["", ".", "1.", ".5", "1,50", "-1", "1e3"] {
            assert!(!is_amount(text), "{text}");
        }
        assert!(is_amount("0") && is_amount("123.50"));
        assert!(is_iban("GB82 WEST 1234 5698 7654 32"));
        assert!(!is_iban("é") && !is_iban(""));
    }
}
