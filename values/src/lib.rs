//! The form over a chart's values: from JSON Schema or values.yaml to fields, with form and YAML as one state.
