//! Older workspace files: each step brings a document one version further.

/// The version of the format that is written here.
pub const VERSION: u32 = 1;

/// Brings a document of an older version to [`VERSION`]. The error says what to do.
pub(super) fn upgrade(table: toml::Table) -> Result<toml::Table, String> {
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
    // Version 1 is the first; later ones add a step here for each older one.
    if version < 1 {
        return Err(format!("there has never been a format {version}"));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_and_foreign_files_are_refused_with_words() {
        let newer = upgrade("version = 2".parse().unwrap()).unwrap_err();
        assert!(newer.contains("newer Delegraph"), "{newer}");
        assert!(upgrade("name = \"x\"".parse().unwrap()).is_err());
        assert!(upgrade("version = \"1\"".parse().unwrap()).is_err());
        assert!(upgrade("version = 0".parse().unwrap()).is_err());
        assert!(upgrade("version = 1".parse().unwrap()).is_ok());
    }
}
