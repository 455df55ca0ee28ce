//! How large things from outside may be. What is beyond is refused, or becomes a YAML box, with the reason.

/// What a team sets: it is stored in the release, which has to stay below 1 MiB with everything else in it.
pub const MAX_SET_BYTES: usize = 512 * 1024;
/// A chart's values.yaml, or its schema.
pub const MAX_CHART_BYTES: usize = 4 * 1024 * 1024;
/// Values in one document, aliases counted as often as they are used.
pub const MAX_VALUES: usize = 100_000;
/// How deep values may be nested.
pub const MAX_DEPTH: usize = 64;
/// How long a key may be in YAML: readers look no further for the colon.
pub const MAX_KEY_BYTES: usize = 1000;

/// Fields of one form.
pub const MAX_FIELDS: usize = 2_000;
/// How deep groups of a form may be nested.
pub const MAX_FORM_DEPTH: usize = 24;
/// Rows of a list or map that are drawn.
pub const MAX_ROWS: usize = 200;
/// Columns of a table; with more, its rows are groups.
pub const MAX_COLUMNS: usize = 8;
/// Options of a choice that are offered at once.
pub const MAX_OPTIONS: usize = 200;
/// Schemas that may stand for one value, by `$ref` and `allOf`.
pub const MAX_SCHEMAS: usize = 100;
/// Characters of help that are shown.
pub const MAX_HELP_CHARS: usize = 2_000;
/// Bytes of a pattern.
pub const MAX_PATTERN_BYTES: usize = 2_000;
/// Bytes that a compiled pattern may take.
pub const MAX_PATTERN_SIZE: usize = 1 << 18;
/// Different patterns of one schema.
pub const MAX_PATTERNS: usize = 500;
/// Inputs of one posted form.
pub const MAX_POSTED: usize = 20_000;
/// Fields that one post may change. Each change is read back.
pub const MAX_CHANGES: usize = 200;
/// Problems that are listed at once.
pub const MAX_PROBLEMS: usize = 100;
/// Checks of a value by a schema, before the check is left to Helm.
pub const MAX_CHECKS: u64 = 2_000_000;
