//! How a list can be sorted: by which of its columns, and which way round.

/// Which way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The least first, the oldest first.
    Ascending,
    /// The most first, the newest first.
    Descending,
}

impl Direction {
    /// As it is written in a command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

/// An order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// What the column is called in a command.
    pub column: &'static str,
    /// Which way round.
    pub direction: Direction,
}

impl Order {
    /// The order of `orders` that a text such as `messages` or `messages asc` means: without a direction the first by that column.
    ///
    /// # Errors
    /// What to write instead.
    pub fn named(text: &str, orders: &[Self]) -> Result<Self, String> {
        let mut columns: Vec<&str> = orders.iter().map(|order| order.column).collect();
        columns.dedup();
        if columns.is_empty() {
            return Err("nothing here can be sorted; zoom the failures or the conversations".to_owned());
        }
        let (column, direction) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let direction = direction.trim();
        let by_column = || orders.iter().filter(|order| order.column == column);
        if by_column().next().is_none() {
            return Err(format!("{column} is no column that sorts; write {}", columns.join(", ")));
        }
        let found = by_column().find(|order| direction.is_empty() || order.direction.name() == direction);
        found.copied().ok_or_else(|| {
            let ways = by_column().map(|order| order.direction.name()).collect::<Vec<_>>();
            format!("write {column} {}", ways.join(" or "))
        })
    }

    /// Everything that [`Self::named`] takes for these orders.
    pub fn names(orders: &[Self]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for order in orders {
            if !names.iter().any(|name| name == order.column) {
                names.push(order.column.to_owned());
            }
            names.push(format!("{} {}", order.column, order.direction.name()));
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: [Order; 3] = [
        Order { column: "messages", direction: Direction::Descending },
        Order { column: "messages", direction: Direction::Ascending },
        Order { column: "closes", direction: Direction::Ascending },
    ];

    #[test]
    fn a_column_alone_is_its_usual_order_and_everything_offered_is_taken() {
        assert_eq!(Order::named("messages", &ORDERS), Ok(ORDERS[0]));
        assert_eq!(Order::named("messages asc", &ORDERS), Ok(ORDERS[1]));
        for name in Order::names(&ORDERS) {
            assert!(Order::named(&name, &ORDERS).is_ok(), "{name}");
        }
        assert_eq!(Order::names(&ORDERS).len(), 5);
    }

    #[test]
    fn what_cannot_be_sorted_says_what_can() {
        for (text, orders, says) in [
            ("size", ORDERS.as_slice(), "size is no column that sorts; write messages, closes"),
            ("closes desc", ORDERS.as_slice(), "write closes asc"),
            ("messages up", ORDERS.as_slice(), "write messages desc or asc"),
            ("messages", [].as_slice(), "nothing here can be sorted"),
        ] {
            assert!(Order::named(text, orders).unwrap_err().starts_with(says), "{text}");
        }
    }
}
