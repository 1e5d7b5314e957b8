package faketelegram

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// do does a method.
func (s *Server) do(ctx context.Context, method string, p map[string]any) (any, *apiError) {
	if method == "getUpdates" {
		return s.poll(ctx, p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch method {
	case "getMe":
		return map[string]any{"id": s.BotID, "is_bot": true, "first_name": "Cobijo", "username": s.Username, "supports_inline_queries": true}, nil
	case "sendMessage":
		return s.sendMessage(p)
	case "editMessageText":
		return s.editMessage(p)
	case "deleteMessages", "deleteMessage":
		return s.deleteMessages(p)
	case "sendLocation":
		return s.sendLocation(p)
	case "answerCallbackQuery":
		if str(p, "callback_query_id") == "" || len([]rune(str(p, "text"))) > 200 {
			return nil, bad("query is too old and response timeout expired or query ID is invalid")
		}
		return true, nil
	case "answerInlineQuery":
		return inlineAnswer(p)
	case "sendChatAction":
		if str(p, "action") == "" {
			return nil, bad("wrong parameter action in request")
		}
		return true, nil
	case "setMyCommands", "getMyCommands", "setMyDescription", "getMyDescription", "setMyShortDescription", "getMyShortDescription":
		return s.profile(method, p)
	case "setWebhook", "deleteWebhook", "getWebhookInfo":
		return s.hook(method, p)
	}
	return nil, &apiError{code: 404, words: "Not Found: method not found"}
}

var (
	commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	secretToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
)

// profile keeps what the bot says of itself.
func (s *Server) profile(method string, p map[string]any) (any, *apiError) {
	scope := ""
	if sc, ok := p["scope"].(map[string]any); ok {
		scope, _ = sc["type"].(string)
	}
	key := strings.TrimPrefix(strings.TrimPrefix(method, "set"), "get") + "/" + scope + "/" + str(p, "language_code")
	switch method {
	case "setMyCommands":
		list, ok := p["commands"].([]any)
		if !ok || len(list) > 100 {
			return nil, bad("can't parse commands")
		}
		for _, c := range list {
			m, _ := c.(map[string]any)
			name, _ := m["command"].(string)
			about, _ := m["description"].(string)
			if !commandName.MatchString(name) || about == "" || len([]rune(about)) > 256 {
				return nil, bad("BOT_COMMAND_INVALID")
			}
		}
		s.commands[key] = list
		return true, nil
	case "getMyCommands":
		if list, ok := s.commands[key]; ok {
			return list, nil
		}
		return []any{}, nil
	case "setMyDescription", "setMyShortDescription":
		field, limit := "description", 512
		if method == "setMyShortDescription" {
			field, limit = "short_description", 120
		}
		if len([]rune(str(p, field))) > limit {
			return nil, bad("description is too long")
		}
		s.commands[key] = str(p, field)
		return true, nil
	}
	field := "description"
	if method == "getMyShortDescription" {
		field = "short_description"
	}
	text, _ := s.commands[key].(string)
	return map[string]any{field: text}, nil
}

func (s *Server) hook(method string, p map[string]any) (any, *apiError) {
	switch method {
	case "deleteWebhook":
		s.webhook = ""
	case "getWebhookInfo":
		return map[string]any{"url": s.webhook, "pending_update_count": len(s.updates)}, nil
	default:
		u, err := url.Parse(str(p, "url"))
		if err != nil || u.Host == "" {
			return nil, bad("bad webhook: URL host is empty")
		}
		if t := str(p, "secret_token"); t != "" && !secretToken.MatchString(t) {
			return nil, bad("secret token contains unallowed characters")
		}
		first := s.webhook == ""
		s.webhook, s.secret = str(p, "url"), str(p, "secret_token")
		if first {
			for _, u := range s.updates { // what waited for a way to the bot
				s.enqueue(u)
			}
		}
	}
	return true, nil
}

// target gives the chat of a call.
func (s *Server) target(p map[string]any) (*Chat, *apiError) {
	c := s.chats[number(p, "chat_id")]
	switch {
	case c == nil:
		return nil, bad("chat not found")
	case c.Blocked:
		return nil, &apiError{code: 403, words: "Forbidden: bot was blocked by the user"}
	}
	return c, nil
}

// throttled applies the documented limits.
// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
func (s *Server) throttled(c *Chat) *apiError {
	if !s.Strict {
		return nil
	}
	now := time.Now()
	count := func(times []time.Time, d time.Duration) (n int) {
		for _, t := range times {
			if now.Sub(t) < d {
				n++
			}
		}
		return n
	}
	if count(s.sent, time.Second) >= 30 {
		return &apiError{code: 429, words: "Too Many Requests: retry after 1", retry: 1}
	}
	var mine []time.Time
	for _, id := range c.order {
		if m := c.messages[id]; m != nil && m.Bot {
			mine = append(mine, m.At)
		}
	}
	if c.Type != "private" && count(mine, time.Minute) >= 20 {
		return &apiError{code: 429, words: "Too Many Requests: retry after 40", retry: 40}
	}
	if c.Type == "private" && (count(mine, time.Second) >= s.Burst || count(mine, 10*time.Second) >= 10+s.Burst) {
		return &apiError{code: 429, words: "Too Many Requests: retry after 2", retry: 2}
	}
	s.sent = append(s.sent, now)
	if len(s.sent) > 100 {
		s.sent = s.sent[len(s.sent)-60:]
	}
	return nil
}

// content checks a message's text and keys.
func content(p map[string]any) (text, source string, markup json.RawMessage, refused *apiError) {
	source = str(p, "text")
	text = source
	if str(p, "parse_mode") == "HTML" {
		var err error
		if text, err = plainHTML(source); err != nil {
			return "", "", nil, bad("can't parse entities: %v", err)
		}
	} else if str(p, "parse_mode") != "" {
		return "", "", nil, bad("unsupported parse_mode")
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return "", "", nil, bad("message text is empty")
	}
	if len(utf16.Encode([]rune(text))) > 4096 {
		return "", "", nil, bad("message is too long")
	}
	if mk, ok := p["reply_markup"]; ok {
		if refused := checkMarkup(mk); refused != nil {
			return "", "", nil, refused
		}
		markup, _ = json.Marshal(mk)
	}
	return text, source, markup, nil
}

func checkMarkup(mk any) *apiError {
	m, ok := mk.(map[string]any)
	if !ok {
		return bad("object expected as reply markup")
	}
	rows, ok := m["inline_keyboard"].([]any)
	if !ok {
		if m["keyboard"] == nil && m["remove_keyboard"] == nil && m["force_reply"] == nil {
			return bad("unknown reply markup")
		}
		return nil
	}
	n := 0
	for _, row := range rows {
		keys, _ := row.([]any)
		for _, k := range keys {
			n++
			key, _ := k.(map[string]any)
			text, _ := key["text"].(string)
			data, hasData := key["callback_data"].(string)
			link, hasLink := key["url"].(string)
			switch {
			case text == "":
				return bad("text buttons are unallowed in the inline keyboard")
			case hasData == hasLink:
				return bad("BUTTON_TYPE_INVALID")
			case hasData && (data == "" || len(data) > 64):
				return bad("BUTTON_DATA_INVALID")
			case hasLink && !strings.HasPrefix(link, "https://"):
				return bad("BUTTON_URL_INVALID")
			}
		}
		if len(keys) > 8 {
			return bad("too many keys in a row")
		}
	}
	if n > 100 {
		return bad("reply markup is too long")
	}
	return nil
}

func (s *Server) sendMessage(p map[string]any) (any, *apiError) {
	c, refused := s.target(p)
	if refused != nil {
		return nil, refused
	}
	if refused = s.throttled(c); refused != nil {
		return nil, refused
	}
	text, source, markup, refused := content(p)
	if refused != nil {
		return nil, refused
	}
	m := s.add(c, &Message{Bot: true, Text: text, HTML: source, Markup: markup})
	return s.show(c, m), nil
}

func (s *Server) sendLocation(p map[string]any) (any, *apiError) {
	c, refused := s.target(p)
	if refused != nil {
		return nil, refused
	}
	if p["latitude"] == nil || p["longitude"] == nil {
		return nil, bad("there are no coordinates")
	}
	return s.show(c, s.add(c, &Message{Bot: true, Text: "[location]"})), nil
}

func (s *Server) editMessage(p map[string]any) (any, *apiError) {
	c, refused := s.target(p)
	if refused != nil {
		return nil, refused
	}
	m := c.messages[number(p, "message_id")]
	switch {
	case m == nil:
		return nil, bad("message to edit not found")
	case !m.Bot:
		return nil, bad("message can't be edited")
	}
	text, source, markup, refused := content(p)
	switch {
	case refused != nil:
		return nil, refused
	case markup != nil && !strings.Contains(string(markup), "inline_keyboard"):
		return nil, bad("inline keyboard expected")
	case m.Text == text && m.HTML == source && same(m.Markup, markup):
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.Text, m.HTML, m.Markup = text, source, markup
	m.Edits++
	return s.show(c, m), nil
}

func same(a, b json.RawMessage) bool {
	var x, y any
	_, _ = json.Unmarshal(a, &x), json.Unmarshal(b, &y)
	return reflect.DeepEqual(x, y)
}

func (s *Server) deleteMessages(p map[string]any) (any, *apiError) {
	c, refused := s.target(p)
	if refused != nil {
		return nil, refused
	}
	ids, many := p["message_ids"].([]any)
	if !many {
		ids = []any{p["message_id"]}
	}
	if len(ids) < 1 || len(ids) > 100 {
		return nil, bad("from 1 to 100 messages expected")
	}
	deleted := 0
	for _, id := range ids {
		n := number(map[string]any{"id": id}, "id")
		if m := c.messages[n]; m != nil && time.Since(m.At) < 48*time.Hour {
			delete(c.messages, n)
			deleted++
		}
	}
	if deleted == 0 && !many {
		return nil, bad("message to delete not found")
	}
	return true, nil
}

func inlineAnswer(p map[string]any) (any, *apiError) {
	results, ok := p["results"].([]any)
	if !ok || len(results) > 50 || str(p, "inline_query_id") == "" {
		return nil, bad("RESULTS_TOO_MUCH")
	}
	seen := map[string]bool{}
	for _, r := range results {
		m, _ := r.(map[string]any)
		id, _ := m["id"].(string)
		title, _ := m["title"].(string)
		in, _ := m["input_message_content"].(map[string]any)
		switch {
		case m["type"] != "article" || title == "":
			return nil, bad("wrong result")
		case id == "" || len(id) > 64 || seen[id]:
			return nil, bad("RESULT_ID_INVALID")
		}
		seen[id] = true
		if _, _, _, refused := content(map[string]any{"text": in["message_text"], "parse_mode": in["parse_mode"]}); refused != nil {
			return nil, refused
		}
	}
	if b, ok := p["button"].(map[string]any); ok && (b["text"] == "" || b["start_parameter"] == "") {
		return nil, bad("wrong button")
	}
	return true, nil
}

// add puts a message into a chat.
func (s *Server) add(c *Chat, m *Message) *Message {
	if c.Type == "supergroup" {
		c.counter++
		m.ID = c.counter
	} else {
		s.counter++
		m.ID = s.counter
	}
	m.At = time.Now()
	c.messages[m.ID] = m
	c.order = append(c.order, m.ID)
	return m
}

// show is a message as the API tells it.
func (s *Server) show(c *Chat, m *Message) map[string]any {
	return map[string]any{
		"message_id": m.ID, "date": m.At.Unix(), "text": m.Text, "chat": map[string]any{"id": c.ID, "type": c.Type},
		"from": map[string]any{"id": s.BotID, "is_bot": true, "username": s.Username, "first_name": "Cobijo"},
	}
}

var (
	anyTag  = regexp.MustCompile(`</?([a-z-]+)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*>`)
	allowed = map[string]bool{"b": true, "strong": true, "i": true, "em": true, "u": true, "s": true, "a": true, "code": true, "pre": true, "blockquote": true, "tg-spoiler": true, "span": true}
	anyName = regexp.MustCompile(`&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);`)
)

// plainHTML reads Telegram's HTML strictly.
// https://core.telegram.org/bots/api#html-style
func plainHTML(src string) (string, error) {
	var open []string
	var b strings.Builder
	rest := src
	for rest != "" {
		i := strings.IndexAny(rest, "<>&")
		if i < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:i])
		rest = rest[i:]
		switch rest[0] {
		case '>':
			return "", fmt.Errorf("a %q that is no tag's", ">")
		case '&':
			m := anyName.FindString(rest)
			if m == "" || !strings.HasPrefix(rest, m) {
				return "", fmt.Errorf("a %q that is no entity's", "&")
			}
			b.WriteString(html.UnescapeString(m))
			rest = rest[len(m):]
		default:
			loc := anyTag.FindStringSubmatchIndex(rest)
			if loc == nil || loc[0] != 0 {
				return "", fmt.Errorf("unsupported start tag at byte offset %d", len(src)-len(rest))
			}
			name := rest[loc[2]:loc[3]]
			if !allowed[name] {
				return "", fmt.Errorf("unsupported start tag %q", name)
			}
			if rest[1] == '/' {
				if len(open) == 0 || open[len(open)-1] != name {
					return "", fmt.Errorf("unmatched end tag %q", name)
				}
				open = open[:len(open)-1]
			} else {
				if name == "blockquote" {
					if slices.Contains(open, "blockquote") {
						return "", fmt.Errorf("nested blockquote")
					}
				}
				open = append(open, name)
			}
			rest = rest[loc[1]:]
		}
	}
	if len(open) > 0 {
		return "", fmt.Errorf("can't find end tag corresponding to start tag %q", open[len(open)-1])
	}
	return b.String(), nil
}
