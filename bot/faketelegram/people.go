package faketelegram

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// Person makes a private chat with somebody whose device speaks a language.
func (s *Server) Person(id int64, lang string) *Chat { return s.chat(id, "private", lang) }

// Group makes a supergroup; its messages are said by somebody whose device speaks a language.
func (s *Server) Group(id int64, lang string) *Chat { return s.chat(id, "supergroup", lang) }

func (s *Server) chat(id int64, kind, lang string) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Chat{ID: id, Type: kind, Lang: lang, messages: map[int64]*Message{}}
	s.chats[id] = c
	return c
}

// Deliver puts an update where the bot gets it, with a number of its own.
func (s *Server) Deliver(update map[string]any) int64 {
	s.mu.Lock()
	s.updateID++
	id := s.updateID
	update["update_id"] = id
	s.updates = append(s.updates, update)
	close(s.wake)
	s.wake = make(chan struct{})
	s.enqueue(update)
	s.mu.Unlock()
	return id
}

// enqueue brings an update to the webhook behind those of the same chat, as Telegram's own server does: one at a time for each
// chat, the next when the one before was taken. The lock is held.
func (s *Server) enqueue(update map[string]any) {
	if s.webhook == "" {
		return
	}
	key := queueOf(update)
	s.queues[key] = append(s.queues[key], update)
	if len(s.queues[key]) > 1 {
		return // whoever brings the ones before brings this too
	}
	go func() {
		for {
			s.mu.Lock()
			next, hook, secret := s.queues[key][0], s.webhook, s.secret
			s.mu.Unlock()
			s.push(hook, secret, next)
			s.mu.Lock()
			s.queues[key] = s.queues[key][1:]
			empty := len(s.queues[key]) == 0
			s.mu.Unlock()
			if empty {
				return
			}
		}
	}()
}

// queueOf names the chat of an update.
func queueOf(update map[string]any) string {
	for _, v := range update {
		m, ok := v.(map[string]any)
		if !ok {
			continue
		}
		if inner, ok := m["message"].(map[string]any); ok {
			m = inner
		}
		if c, ok := m["chat"].(map[string]any); ok {
			return fmt.Sprint(c["id"])
		}
	}
	return ""
}

// Again delivers an update with its old number, beside whatever else is delivered.
func (s *Server) Again(update map[string]any) {
	s.mu.Lock()
	s.updates = append(s.updates, update)
	close(s.wake)
	s.wake = make(chan struct{})
	hook, secret := s.webhook, s.secret
	s.mu.Unlock()
	if hook != "" {
		go s.push(hook, secret, update)
	}
}

// push brings an update to the webhook until it is taken.
func (s *Server) push(hook, secret string, update map[string]any) {
	body, _ := json.Marshal(update)
	for range 500 {
		if status, err := s.Post(hook, secret, body); err == nil && status >= 200 && status < 300 {
			s.mu.Lock()
			for i, u := range s.updates {
				if u["update_id"] == update["update_id"] {
					s.updates = append(s.updates[:i:i], s.updates[i+1:]...)
					break
				}
			}
			s.mu.Unlock()
			return
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-s.closed:
			return
		}
	}
}

// Post sends a body to a webhook as Telegram does.
func (s *Server) Post(hook, secret string, body []byte) (int, error) {
	r, err := http.NewRequest(http.MethodPost, hook, bytes.NewReader(body)) //nolint:noctx // the client has a time limit
	if err != nil {
		return 0, fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	resp, err := s.client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("deliver: %w", err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	if err := resp.Body.Close(); err != nil {
		return 0, fmt.Errorf("read acknowledgement: %w", err)
	}
	return resp.StatusCode, nil
}

// Pending is how many updates the bot has not taken yet.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.updates)
}

// Person's id in a group: somebody, who is not the group.
const somebody = 777

func (s *Server) from(c *Chat) map[string]any {
	id := c.ID
	if c.Type != "private" {
		id = somebody
	}
	return map[string]any{"id": id, "is_bot": false, "first_name": "Ana", "language_code": c.Lang}
}

var commandAt = regexp.MustCompile(`^/[A-Za-z0-9_]+(?:@[A-Za-z0-9_]+)?`)

// Incoming makes an update of something that somebody sends to a chat; more are further fields of the message.
func (s *Server) Incoming(c *Chat, text string, more map[string]any) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.add(c, &Message{Text: text})
	msg := s.show(c, m)
	msg["from"] = s.from(c)
	delete(msg, "text")
	if text != "" {
		msg["text"] = text
	}
	var entities []map[string]any
	if cmd := commandAt.FindString(text); cmd != "" {
		entities = append(entities, map[string]any{"type": "bot_command", "offset": 0, "length": len(cmd)})
	}
	if i := strings.Index(text, "@"+s.Username); i >= 0 && !strings.HasPrefix(text, "/") {
		entities = append(entities, map[string]any{"type": "mention", "offset": len(utf16.Encode([]rune(text[:i]))), "length": len(s.Username) + 1})
	}
	if entities != nil {
		msg["entities"] = entities
	}
	maps.Copy(msg, more)
	return map[string]any{"message": msg}
}

// Say lets somebody write to the bot.
func (s *Server) Say(c *Chat, text string) map[string]any {
	u := s.Incoming(c, text, nil)
	s.Deliver(u)
	return u
}

// Send lets somebody send something else: {"voice": …}.
func (s *Server) Send(c *Chat, more map[string]any) map[string]any {
	u := s.Incoming(c, "", more)
	s.Deliver(u)
	return u
}

// Edit lets somebody change what they wrote.
func (s *Server) Edit(update map[string]any, text string) map[string]any {
	old, _ := update["message"].(map[string]any)
	msg := maps.Clone(old)
	msg["text"], msg["edit_date"] = text, time.Now().Unix()+1
	u := map[string]any{"edited_message": msg}
	s.Deliver(u)
	return u
}

// Press lets somebody press a button under the bot's last message that bears it, by what stands on it.
func (s *Server) Press(c *Chat, label string) error {
	for _, m := range reversed(s.Said(c)) {
		for _, k := range m.Keys() {
			if k.Text == label {
				return s.PressData(c, m.ID, k.Data)
			}
		}
	}
	return fmt.Errorf("no button says %q", label)
}

// PressData lets somebody press a button that bears some data.
func (s *Server) PressData(c *Chat, message int64, data string) error {
	s.mu.Lock()
	s.callback++
	id := fmt.Sprint("press-", s.callback)
	m := c.messages[message]
	shown := map[string]any{"message_id": message, "date": 0, "chat": map[string]any{"id": c.ID, "type": c.Type}}
	if m != nil {
		shown = s.show(c, m)
	}
	from := s.from(c)
	s.mu.Unlock()
	s.Deliver(map[string]any{"callback_query": map[string]any{"id": id, "from": from, "message": shown, "chat_instance": "1", "data": data}})
	return nil
}

// Ask lets somebody ask inline.
func (s *Server) Ask(id, query, lang string) {
	s.Deliver(map[string]any{"inline_query": map[string]any{"id": id, "query": query, "offset": "", "from": map[string]any{"id": somebody, "is_bot": false, "first_name": "Ana", "language_code": lang}}})
}

// Block lets somebody block the bot.
func (s *Server) Block(c *Chat) {
	s.mu.Lock()
	c.Blocked = true
	s.mu.Unlock()
	s.Deliver(map[string]any{"my_chat_member": map[string]any{"chat": map[string]any{"id": c.ID, "type": c.Type}, "from": s.from(c), "date": 0, "new_chat_member": map[string]any{"status": "kicked"}}})
}

// Said are the bot's messages that stand in a chat.
func (s *Server) Said(c *Chat) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ms []Message
	for _, id := range c.order {
		if m := c.messages[id]; m != nil && m.Bot {
			ms = append(ms, *m)
		}
	}
	return ms
}

func reversed(ms []Message) []Message {
	var r []Message
	for _, m := range slices.Backward(ms) {
		r = append(r, m)
	}
	return r
}

// Key is a button.
type Key struct{ Text, Data, URL string }

// Keys are the buttons under a message.
func (m Message) Keys() []Key {
	var mk struct {
		Rows [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
			URL  string `json:"url"`
		} `json:"inline_keyboard"`
	}
	_ = json.Unmarshal(m.Markup, &mk)
	var ks []Key
	for _, row := range mk.Rows {
		for _, k := range row {
			ks = append(ks, Key{k.Text, k.Data, k.URL})
		}
	}
	return ks
}

// Commands gives what is shown behind the menu key ("all_private_chats", "es").
func (s *Server) Commands(scope, lang string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, _ := s.commands["MyCommands/"+scope+"/"+lang].([]any)
	var names []string
	for _, c := range list {
		if m, ok := c.(map[string]any); ok {
			names = append(names, fmt.Sprint(m["command"]))
		}
	}
	return names
}
