//! Older workspace files: each step brings a document one version further.

/// The version of the format that is written here.
pub const VERSION: u32 = 2;

/// Brings a document of an older version to [`VERSION`]. The error says what to do.
pub(super) fn upgrade(mut table: toml::Table) -> Result<toml::Table, String> {
    let version = match table.get("version") {
        Some(toml::Value::Integer(version)) => *version,
        Some(_) => {
            return Err("`version` is not a number: this is not a Delegraph workspace".into());
        }
        None => return Err("there is no `version`: this is not a Delegraph workspace".into()),
    };
    if version > i64::from(VERSION) {
        return Err(format!(
            "it was written by a newer Delegraph (format {version}; this one reads up to \
             {VERSION}): open it with that one, or update this one"
        ));
    }
    if version < 1 {
        return Err(format!("there has never been a format {version}"));
    }
    // 2 keeps targets of forgeries, which 1 does not have: nothing has to be changed.
    table.insert("version".into(), toml::Value::Integer(VERSION.into()));
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_and_foreign_files_are_refused_with_words() {
        let newer = upgrade("version = 3".parse().unwrap()).unwrap_err();
        assert!(newer.contains("newer Delegraph"), "{newer}");
        assert!(upgrade("name = \"x\"".parse().unwrap()).is_err());
        assert!(upgrade("version = \"1\"".parse().unwrap()).is_err());
        assert!(upgrade("version = 0".parse().unwrap()).is_err());
        for version in 1..=VERSION {
            let table = upgrade(format!("version = {version}").parse().unwrap()).unwrap();
            assert_eq!(table["version"].as_integer(), Some(VERSION.into()));
        }
    }
}
