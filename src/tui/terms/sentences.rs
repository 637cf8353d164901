//! Whole sentences that other parts of the program say in English, because every format prints them and the journal keeps them:
//! why a filter is wrong, why a signature did not match, why a target takes nothing. The screen says them in its language.
//!
//! A sentence is known by its fixed words; what stands in its gaps is a sentence itself or stays as it is.

use crate::config::Lang;
use std::borrow::Cow;

/// English and Chinese, with `{}` for each gap; gaps stand in the same order in both, or are numbered in Chinese.
type Pair = (&'static str, &'static str);

/// A sentence of the program in the language; one that is not known stays as it is.
pub fn sentence(lang: Lang, text: &str) -> Cow<'_, str> {
    match lang {
        Lang::En => Cow::Borrowed(text),
        Lang::Zh => translated(text).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

/// What joins two sentences.
const JOINTS: [Pair; 3] = [("; ", "；"), (", and ", "，且"), (" and ", "并")];

fn translated(text: &str) -> Option<String> {
    joined(text).or_else(|| alone(text))
}

fn joined(text: &str) -> Option<String> {
    JOINTS.into_iter().find_map(|(joint, zh)| {
        let (first, second) = text.split_once(joint)?;
        Some([&alone(first)?, zh, &translated(second)?].concat())
    })
}

fn alone(text: &str) -> Option<String> {
    let tables = [FILTERS, COMMANDS, REFUSED, BODIES, FORWARDED, THEMES, STORED];
    tables.into_iter().flatten().find_map(|(en, zh)| {
        let gaps = gaps(text, en)?;
        Some(filled(zh, &gaps))
    })
}

/// What stands in the gaps of a sentence, when `text` is that sentence.
fn gaps<'t>(text: &'t str, sentence: &str) -> Option<Vec<&'t str>> {
    let (first, others) = sentence.split_once("{}").map_or((sentence, None), |(first, others)| (first, Some(others)));
    let mut rest = text.strip_prefix(first)?;
    let Some(others) = others else { return rest.is_empty().then(Vec::new) };
    let mut pieces = others.split("{}").peekable();
    let mut gaps = Vec::new();
    while let Some(piece) = pieces.next() {
        let at = match pieces.peek() {
            Some(_) => rest.find(piece)?,
            None => rest.len().checked_sub(piece.len()).filter(|_| rest.ends_with(piece))?,
        };
        let (gap, behind) = rest.split_at_checked(at)?;
        gaps.push(gap);
        rest = behind.strip_prefix(piece)?;
    }
    Some(gaps)
}

/// The Chinese sentence with its gaps filled.
fn filled(zh: &str, gaps: &[&str]) -> String {
    let mut text = String::new();
    let mut next = gaps.iter();
    for (at, piece) in zh.split("{}").enumerate() {
        if at > 0 {
            text.push_str(&next.next().map(|gap| sentence(Lang::Zh, gap)).unwrap_or_default());
        }
        text.push_str(piece);
    }
    gaps.iter().enumerate().fold(text, |text, (at, gap)| {
        let number = format!("{{{at}}}");
        if text.contains(&number) { text.replace(&number, &sentence(Lang::Zh, gap)) } else { text }
    })
}

/// What is wrong with a filter expression.
const FILTERS: &[Pair] = &[
    ("a filter has at most {} bytes, this one has {}", "过滤式最长 {} 字节，此式有 {} 字节"),
    (
        "{} is a time, such as {}, {}:14:00..14:30, {}:2026-11-26 or {}<2026-11-26T10:00",
        "{} 是时间，例如 {}、{}:14:00..14:30、{}:2026-11-26 或 {}<2026-11-26T10:00",
    ),
    ("there is no ( for this )", "此 ) 没有对应的 ("),
    ("or needs a term on its right too", "or 右侧也需要一个条件"),
    ("and needs a term on its right too", "and 右侧也需要一个条件"),
    (
        "this needs a term to negate, such as not status:failed or -status:failed",
        "此处缺少要取反的条件，例如 not status:failed 或 -status:failed",
    ),
    ("there is nothing inside these parentheses", "括号内没有内容"),
    ("this ( is never closed", "此 ( 没有闭合"),
    (
        "{} is known of whole messages only, not of single events: it selects on the overview, in the Messages tab and in watop report",
        "{} 只针对整条消息，单个事件没有：可用于总览、消息页和 watop report",
    ),
    ("write the text to look for between the quotes", "请在引号内写要查找的文本"),
    ("a filter nests at most {} deep", "过滤式最多嵌套 {} 层"),
    ("this \" is never closed", "此引号没有闭合"),
    ("a value is missing here, such as {}", "此处缺少值，例如 {}"),
    ("write a regular expression between slashes, such as {}", "正则表达式写在两个斜杠之间，例如 {}"),
    ("this regular expression has no closing /", "此正则表达式缺少结尾的 /"),
    ("this regular expression is too large", "此正则表达式过大"),
    ("in this regular expression: {}", "正则表达式有误：{}"),
    ("{} is never {}, {}", "{} 不会是 {}，{}"),
    ("did you mean {}?", "是否想写 {}？"),
    ("it is one of {}", "可用值：{}"),
    ("{} compares with a number", "{} 只能与数字比较"),
    (
        "{} is text and has no order, compare it with : or :~, such as {}",
        "{} 是文本，没有大小之分，请用 : 或 :~ 比较，例如 {}",
    ),
    ("{} is a number, such as {}, {} or {}", "{} 是数字，例如 {}、{} 或 {}"),
    ("{} is a length of time, such as {}, {} or {}", "{} 是时长，例如 {}、{} 或 {}"),
    ("unknown field {}, {}", "未知字段 {}，{}"),
    ("fields are {}; a path into the body has a dot, such as {}", "字段有 {}；指向请求体的路径带点，例如 {}"),
    ("= is not an operator, write {}", "= 不是运算符，请写 {}"),
    ("! is not an operator, write {} to leave something out", "! 不是运算符，排除请写 {}"),
    (
        "put a blank before the quoted text, or field: to compare a field with it",
        "请在引号前加空格；要与字段比较，请在前面写“字段：”",
    ),
    ("a field is missing here, such as status:failed", "此处缺少字段，例如 status:failed"),
    ("{} needs a term on its left too", "{} 左侧也需要一个条件"),
    ("{} alone is not a term, {}", "单独的 {} 不是条件，{}"),
    ("give {} a value, such as {}", "请给 {} 一个值，例如 {}"),
    (
        "write field:value such as status:failed, or {} in quotes to search the text",
        "请写“字段：值”，例如 status:failed；或加引号 {} 搜索文本",
    ),
    ("write {} or {}, or {} in quotes to search the text", "请写 {} 或 {}；或加引号 {} 搜索文本"),
    ("write {}, or {} in quotes to search the text", "请写 {}；或加引号 {} 搜索文本"),
    ("unclosed character class", "字符类没有闭合"),
    ("unclosed group", "分组没有闭合"),
    ("unopened group", "分组没有开头"),
    ("repetition operator missing expression", "重复运算符前缺少内容"),
    ("this [ is never closed", "此 [ 没有闭合"),
    ("write an array position as [0] or [*]", "数组位置写作 [0] 或 [*]"),
    (
        "a key is missing here, write a path as statuses[0].errors[0].title",
        "此处缺少键，路径写作 statuses[0].errors[0].title",
    ),
];

/// What is wrong with a command.
const COMMANDS: &[Pair] = &[
    ("write a command; Tab completes, Esc leaves", "请输入命令；Tab 补全，Esc 退出"),
    ("{} needs something, such as {}", "{} 需要参数，例如 {}"),
    ("{} takes nothing", "{} 不带参数"),
    ("there is no command {}, did you mean {}?", "没有命令 {}，是否想写 {}？"),
    ("there is no command {}", "没有命令 {}"),
    ("write a length such as 15m, 6h or 7d, at least 1m, or all", "请写时长，例如 15m、6h 或 7d，至少 1m，或 all"),
    ("{} is no time; write {}", "{} 不是时间；请写 {}"),
    ("14:19, 14:19:02, 2026-03-12 14:19, 15m (ago) or now", "14:19、14:19:02、2026-03-12 14:19、15m(之前)或 now"),
    ("write next or previous", "请写 next 或 previous"),
    ("the window is empty: its end must be later than its start", "窗口为空：结束必须晚于开始"),
    ("several numbers begin like this; write more of it", "多个号码以此开头，请多写几位"),
    (
        "no event came for a number that begins like this; Tab lists those that did, or write all",
        "没有以此开头的号码的事件；按 Tab 列出有事件的号码，或写 all",
    ),
    ("there is no theme {} here, did you mean {}?", "没有主题 {}，是否想写 {}？"),
    ("there is no theme {} here", "没有主题 {}"),
    ("write en or zh", "请写 en 或 zh"),
    ("nothing here can be sorted; zoom the failures or the conversations", "此处无法排序；请放大失败或会话面板"),
    ("{} is no column that sorts; write {}", "{} 不是可排序的列；请写 {}"),
    ("write 1 to {} or a name: {}", "请写 1 到 {} 或名称：{}"),
    ("write {} or {}", "请写 {} 或 {}"),
    ("write {}", "请写 {}"),
    ("COLUMN, asc or desc", "COLUMN、asc 或 desc"),
    ("messages or 3", "messages 或 3"),
    ("{} or all", "{} 或 all"),
    ("en or zh", "en 或 zh"),
    ("FILE.txt, .csv or .ndjson", "FILE.txt、.csv 或 .ndjson"),
];

/// Why a request was refused, and which usual mistake explains it.
const REFUSED: &[Pair] = &[
    ("taken in as request {}; {}", "已作为请求 {} 收入；{}"),
    ("the body is too large to look for the mistake", "请求体过大，未查找错误"),
    (
        "the body is too large to look for the mistake: {} of at most {} bytes",
        "请求体过大，未查找错误：{} 字节，上限 {} 字节",
    ),
    ("too many at once to look for the mistake", "同时被拒的请求过多，未查找错误"),
    ("this request is not signed: expected the header {}", "此请求未签名：应有请求头 {}"),
    (
        "accessKey, ts, bizType, action and sign, or X-Hub-Signature-256",
        "accessKey、ts、bizType、action 和 sign，或 X-Hub-Signature-256",
    ),
    ("accessKey, ts, bizType, action and sign", "accessKey、ts、bizType、action 和 sign"),
    ("the header {} stands more than once", "请求头 {} 出现多次"),
    ("a signed header stands more than once", "参与签名的请求头出现多次"),
    (
        "X-Hub-Signature-256 is not of the form sha256=<64 hex digits>",
        "X-Hub-Signature-256 的格式不是 sha256=<64 位十六进制>",
    ),
    (
        "X-Hub-Signature-256 does not fit the body with any configured app secret",
        "X-Hub-Signature-256 与请求体不符：已配置的 app secret 均不匹配",
    ),
    (
        "sign does not fit the headers and the body with any configured secret",
        "sign 与请求头和请求体不符：已配置的密钥均不匹配",
    ),
    ("ts is neither 13 digits (ms) nor 10 digits (s)", "ts 既不是 13 位(毫秒)也不是 10 位(秒)"),
    ("the algorithm header is neither md5 nor sha256", "请求头 algorithm 既不是 md5 也不是 sha256"),
    ("sign came without the header {}", "有 sign，但缺少请求头 {}"),
    ("ts is {} ahead of this clock, which is more than the tolerance", "ts 比本机时钟快 {}，超出容差"),
    ("ts is {} old, which is more than the tolerance", "ts 已过 {}，超出容差"),
    ("correctly signed, {} ahead of this clock: {}", "签名正确，但时间比本机时钟快 {}：{}"),
    ("correctly signed, {} old: {}", "签名正确，但已过 {}：{}"),
    ("compare this machine's clock with the sender's", "请核对本机与发送方的时钟"),
    ("if retries keep their ts, set ts_tolerance = off", "若重试沿用原 ts，请设 ts_tolerance = off"),
    ("sign holds Meta's kind of signature: {}", "sign 中是 Meta 式签名：{}"),
    ("{}, but the prefix sha256= is missing", "{}，但缺少前缀 sha256="),
    (
        "X-Hub-Signature-256 holds NXCloud's signature with the secret {}: it belongs into the header sign",
        "X-Hub-Signature-256 中是 NXCloud 签名(密钥 {})，应放在请求头 sign 中",
    ),
    (
        "the secret {} matches with its configured accessKey: the header accessKey holds another",
        "密钥 {} 配合其配置的 accessKey 可匹配：请求头 accessKey 的值不同",
    ),
    (
        "the secret {} matches with the action {}: the header action holds another",
        "密钥 {} 配合 action {} 可匹配：请求头 action 的值不同",
    ),
    (
        "the secret {} matches without the body: the body was not signed",
        "密钥 {} 在不含请求体时可匹配：请求体未参与签名",
    ),
    (
        "the secret {} with {} matches once {}: the body is not sent as it was signed",
        "{2}后，密钥 {0}({1})可匹配：发送的请求体与签名时不同",
    ),
    ("the secret {} with {} matches, but {}", "密钥 {}({})可匹配，但{}"),
    ("the secret {} with {} matches", "密钥 {}({})可匹配"),
    (
        "the app secret {} matches once {}: the body is not sent as it was signed",
        "{1}后，app secret {0} 可匹配：发送的请求体与签名时不同",
    ),
    ("the app secret {} matches", "app secret {} 可匹配"),
    (
        "the NXCloud secret {} matches as Meta app secret: configure it under [[meta.secret]]",
        "NXCloud 密钥 {} 作为 Meta app secret 可匹配：请配置在 [[meta.secret]] 下",
    ),
    ("the header accessKey is not the one configured with it", "请求头 accessKey 与其配置不符"),
    ("only {} is accepted (nxcloud.algorithms)", "只接受 {}(nxcloud.algorithms)"),
    ("without an algorithm header md5 is expected", "没有请求头 algorithm 时按 md5 校验"),
    ("the algorithm header says something else", "请求头 algorithm 与之不符"),
    ("ts is not a time of 13 digits (ms) or 10 digits (s)", "ts 不是 13 位(毫秒)或 10 位(秒)时间"),
    ("signed as NXCloud does, but no NXCloud secret is configured", "按 NXCloud 方式签名，但未配置 NXCloud 密钥"),
    ("signed as Meta does, but no Meta app secret is configured", "按 Meta 方式签名，但未配置 Meta app secret"),
    (
        "only Meta's older X-Hub-Signature (SHA-1) came, which is not accepted: X-Hub-Signature-256 is needed",
        "只有 Meta 旧式的 X-Hub-Signature(SHA-1)，不予接受：需要 X-Hub-Signature-256",
    ),
    ("no signature header came: is signing switched on at the sender?", "没有签名请求头：发送方是否已开启签名？"),
    (
        "one of accessKey, ts, bizType, action is missing beside sign",
        "有 sign，但缺少 accessKey、ts、bizType、action 之一",
    ),
    (
        "none of the usual mistakes explains it: most likely the sender signs with another secret",
        "常见错误均无法解释：发送方很可能使用了另一个密钥",
    ),
    ("the space around it is removed", "去掉首尾空白"),
    ("the newline at its end is removed", "去掉末尾的换行符"),
    ("a newline is added at its end", "在末尾加换行符"),
    ("CR LF is added at its end", "在末尾加 CR LF"),
    ("CR LF is written as LF", "把 CR LF 写成 LF"),
    ("the JSON is written compactly", "把 JSON 写成紧凑形式"),
    ("the JSON is written with a blank after each comma and colon", "在 JSON 的逗号和冒号后加空格"),
    ("the JSON is indented by {}", "把 JSON 缩进 {} 格"),
    ("non-ASCII text is written as \\u escapes and / as \\/", "把非 ASCII 字符写成 \\u 转义，并把 / 写成 \\/"),
    ("non-ASCII text is written as \\u escapes", "把非 ASCII 字符写成 \\u 转义"),
    ("\\u escapes are written as plain text", "把 \\u 转义写成原字符"),
    ("no token is configured", "未配置令牌"),
    ("the content type must be application/json", "Content-Type 必须是 application/json"),
];

/// Why a body, or a part of it, cannot be read.
const BODIES: &[Pair] = &[
    ("empty body", "请求体为空"),
    ("not JSON: {} at line {} column {}", "不是 JSON：第 {1} 行第 {2} 列，{0}"),
    ("not JSON: {}", "不是 JSON:{}"),
    ("the body is {}, not an object", "请求体是 {}，不是对象"),
    ("an array", "数组"),
    ("a scalar", "单个值"),
    (
        "unknown shape: no entry, no field with a value, no statuses, no messages",
        "未知结构：没有 entry、带 value 的 field、statuses 或 messages",
    ),
    ("an entry without changes", "entry 中没有 changes"),
    ("a change without a field", "change 中没有 field"),
    ("a change without a value", "change 中没有 value"),
    ("an entry with nothing in it", "entry 为空"),
    ("an envelope with nothing in it", "外层结构为空"),
    ("the value of {} is not an object", "{} 的 value 不是对象"),
    ("neither statuses nor messages nor errors in it", "其中没有 statuses、messages 或 errors"),
    ("not an array", "不是数组"),
    ("not an object", "不是对象"),
    ("nothing in it", "其中没有内容"),
    ("a status without an id", "status 没有 id"),
    ("a status that does not say which", "status 没有说明状态"),
    ("a message without an id", "消息没有 id"),
    ("{} more elements of this body are not listed one by one", "此请求体另有 {} 个元素未逐一列出"),
    ("decoding failed: please report this body", "解码失败：请反馈此请求体"),
    ("no reason given", "未给出原因"),
    ("more than 4 GiB", "超过 4 GiB"),
    ("text after the end of the document", "文档结束后还有内容"),
    ("expected {} or {}", "应为 {} 或 {}"),
    ("expected a value", "应为一个值"),
    ("expected a key in quotes", "应为带引号的键"),
    ("expected a digit", "应为数字"),
    ("expected {}", "应为 {}"),
    ("control character in a string", "字符串中有控制字符"),
    ("string without an end", "字符串没有结束"),
    ("`\\u` without four hex digits", "`\\u` 后不足四位十六进制"),
    ("unknown escape", "未知转义"),
    ("number with a leading zero", "数字以零开头"),
];

/// Why a target did not take a request.
const FORWARDED: &[Pair] = &[
    ("answers {}", "应答 {}"),
    ("no whole answer within the timeout of {}", "在超时 {} 内未完整应答"),
    ("{} did not take the connection within {}", "{} 未在 {} 内接受连接"),
    ("cannot connect: {}", "无法连接：{}"),
    ("Connection refused (os error {})", "连接被拒(系统错误 {})"),
    ("Connection reset by peer (os error {})", "连接被对方重置(系统错误 {})"),
    ("no HTTPS to {}: {}", "无法以 HTTPS 连接 {}：{}"),
    ("retention removed it before it was delivered", "送达前已超出保留期被清除"),
    ("older than give_up, {}, before it was delivered", "送达前已超过 give_up({})"),
    (
        "nothing is forwarded: start with --forward URL, or write a [[forward]]",
        "没有转发:用 --forward URL 启动,或写 [[forward]]",
    ),
    ("no target of the configuration takes these requests", "配置中没有目标接收这些请求"),
    ("request {} is no longer in the journal", "请求 {} 已不在日志中"),
    ("no longer in the journal", "已不在日志中"),
];

/// What is wrong with a theme file.
const THEMES: &[Pair] = &[
    ("{} must be a section, such as [roles]", "{} 必须是一节，例如 [roles]"),
    ("appearance is \"dark\", \"light\" or \"any\"", "appearance 只能是 \"dark\"、\"light\" 或 \"any\""),
    ("{} is no colour: write it as \"#rrggbb\"", "{} 不是颜色：请写作 \"#rrggbb\""),
    (
        "{} is neither a colour nor a modifier: a colour is \"#rrggbb\", a name from [palette], one of the terminal's sixteen, or reset",
        "{} 既不是颜色也不是修饰：颜色可写 \"#rrggbb\"、[palette] 中的名称、终端十六色之一或 reset",
    ),
    ("{} must be {} cell(s) wide, this is {}", "{} 的宽度必须是 {} 格，此处为 {}"),
    ("{} must be text in quotes", "{} 必须是带引号的文本"),
    ("unknown section {}, {}", "未知的节 {}，{}"),
    ("unknown key {}, {}", "未知的键 {}，{}"),
    ("unknown role {}, {}", "未知的角色 {}，{}"),
    ("unknown glyph {}, {}", "未知的符号 {}，{}"),
    ("there are {}", "可用：{}"),
    ("themes inherit each other in a circle: {}", "主题循环继承：{}"),
    ("unknown theme {}, did you mean {}?", "未知主题 {}，是否想写 {}？"),
    ("unknown theme {}: choose one of {}, or the path of a file", "未知主题 {}：可选 {}，或写文件路径"),
    ("cannot read {}: {}", "无法读取 {}：{}"),
];

/// What is wrong with what is stored.
const STORED: &[Pair] = &[
    ("page {} is damaged: {}", "第 {} 页已损坏：{}"),
    ("cannot write all events: {}", "无法写出全部事件：{}"),
    ("cannot write {}: {}", "无法写入 {}：{}"),
    ("{} exists; write export! to replace it", "{} 已存在；要覆盖请写 export!"),
    ("{} cannot be read: {}", "无法读取 {}：{}"),
    ("no runtime to follow the journal: {}", "无法跟随日志：{}"),
    ("database or disk is full", "数据库或磁盘已满"),
    ("disk I/O error", "磁盘读写错误"),
    ("disk full", "磁盘已满"),
    ("No space left on device (os error {})", "设备空间不足(系统错误 {})"),
    ("Permission denied (os error {})", "权限不足(系统错误 {})"),
    ("No such file or directory (os error {})", "文件或目录不存在(系统错误 {})"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn zh(text: &str) -> String {
        sentence(Lang::Zh, text).into_owned()
    }

    #[test]
    fn gaps_are_filled_with_what_stood_in_them_or_what_that_means() {
        assert_eq!(zh("the secret \"2026\" with md5 matches"), "密钥 \"2026\"(md5)可匹配");
        assert_eq!(
            zh(
                "the secret \"2026\" with md5 matches once the JSON is indented by 2 and \\u escapes are written as plain text: the body is not sent as it was signed"
            ),
            "把 JSON 缩进 2 格并把 \\u 转义写成原字符后，密钥 \"2026\"(md5)可匹配：发送的请求体与签名时不同"
        );
        assert_eq!(zh("unknown field coed, did you mean code?"), "未知字段 coed，是否想写 code？");
        assert_eq!(
            zh("not JSON: expected `,` or `}` at line 1 column 7"),
            "不是 JSON：第 1 行第 7 列，应为 `,` 或 `}`"
        );
    }

    #[test]
    fn what_is_not_ours_stays() {
        assert_eq!(zh("Template is Paused"), "Template is Paused");
        assert_eq!(sentence(Lang::En, "empty body"), "empty body");
    }

    #[test]
    fn both_languages_have_the_same_gaps() {
        for (en, zh) in [FILTERS, COMMANDS, REFUSED, BODIES, FORWARDED, THEMES, STORED].into_iter().flatten() {
            let gaps = en.matches("{}").count();
            let numbered = (0..gaps).filter(|at| zh.contains(&format!("{{{at}}}"))).count();
            assert_eq!(zh.matches("{}").count() + numbered, gaps, "{en}");
        }
    }
}
