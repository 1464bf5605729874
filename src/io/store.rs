//! Files: atomic writes, autosave, recovery, sealed secrets.
