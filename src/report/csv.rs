//! Rows of comma-separated values (RFC 4180), safe to open in a spreadsheet.

/// One row, without its line break. Cells that a spreadsheet would take for a formula begin with `'`; numbers stay numbers.
pub fn row<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let mut row = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            row.push(',');
        }
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
        let guard = if formula { "'" } else { "" };
        if formula || cell.contains([',', '"', '\n', '\r']) {
            row.push('"');
            row.push_str(guard);
            row.push_str(&cell.replace('"', "\"\""));
            row.push('"');
        } else {
            row.push_str(cell);
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(row(["a", "b,c", "say \"hi\"", ""]), r#"a,"b,c","say ""hi""","#);
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        assert_eq!(row(["=1+1", "@SUM(A1)", "-5", "-x"]), r#""'=1+1","'@SUM(A1)",-5,"'-x""#);
    }
}
