package telegram_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"cobijo/bot/telegram"
)

func TestFirstContact(t *testing.T) {
	both(t, func(t *testing.T, mode telegram.Mode) {
		s := open(t, setup{mode: mode})
		ana := s.Person(42, "en")
		has(t, s.say(ana, "/start"), "I am Cobijo", "Which country")
		has(t, s.press(ana, "🇲🇽 Mexico"), "Mexico")
		m := s.say(ana, "how long do i have to apply for asylum?")
		has(t, m, "30 working days")
		if len(m.Keys()) == 0 || !strings.HasPrefix(m.Keys()[0].Data, "1:") {
			t.Errorf("keys: %+v", m.Keys())
		}
		s.until("the press is confirmed", func() bool { return len(s.Calls("answerCallbackQuery")) == 1 })
		juan := s.Person(43, "es-MX")
		has(t, s.say(juan, "/start"), "Soy Cobijo")
		for _, c := range s.Calls("sendMessage") {
			if p, ok := c.Params["link_preview_options"].(map[string]any); !ok || p["is_disabled"] != true {
				t.Errorf("a link preview: %v", c.Params)
			}
		}
		if logs := s.logs.String(); strings.Contains(logs, "how long") || strings.Contains(logs, s.Token) || strings.Contains(logs, `"42"`) {
			t.Errorf("the logs quote: %s", logs)
		}
	})
}

func TestCommandsAreRegistered(t *testing.T) {
	s := open(t, setup{})
	s.until("all is described", func() bool { return len(s.Calls("setMyShortDescription")) == 3 })
	for lang, want := range map[string]string{"es": "menu pais idioma", "en": "menu country language", "": "menu pais idioma"} {
		if got := strings.Join(s.Commands("all_private_chats", lang), " "); !strings.HasPrefix(got, want) {
			t.Errorf("commands in %q: %s", lang, got)
		}
	}
	if got := strings.Join(s.Commands("all_group_chats", "en"), " "); got != "language commitments" {
		t.Errorf("commands in groups: %s", got)
	}
	// A second start finds all as it is.
	n := len(s.Calls("setMyCommands"))
	s.stop()
	again := open(t, setup{api: s.Server})
	again.until("it looks", func() bool { return len(s.Calls("getMyShortDescription")) == 6 })
	if got := len(s.Calls("setMyCommands")); got != n {
		t.Errorf("set %d times more", got-n)
	}
}

func TestPagesAreEditedInPlace(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(42, "en")
	s.say(ana, "/commitments")
	s.until("the list", func() bool { return s.Press(ana, "By participant") == nil })
	s.until("edited", func() bool { return len(s.Calls("editMessageText")) == 1 })
	s.settle()
	if err := s.Press(ana, "Next"); err != nil {
		t.Fatal(err)
	}
	s.until("edited again", func() bool { return len(s.Calls("editMessageText")) == 2 })
	s.settle()
	if said := s.Said(ana); len(said) != 1 || said[0].Edits != 2 {
		t.Errorf("not one message edited twice: %+v", said)
	}
}

func TestOldButtons(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(42, "en")
	s.say(ana, "/start")
	for _, data := range []string{"0:menu", "menu", "1:", "1:nothing:of/that", strings.Repeat("x", 64), "\x00"} {
		m := s.answers(ana, 1, func() { _ = s.PressData(ana, 1, data) })[0]
		has(t, m, "no longer works")
		if len(m.Keys()) == 0 {
			t.Error("no menu")
		}
	}
	s.until("all are confirmed", func() bool { return len(s.Calls("answerCallbackQuery")) == 6 })
}

func TestDeepLinks(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	for i, tt := range []struct{ link, want string }{
		{"mx_deadlines", "30 working days"}, {"c_mx-04", "mx-04"}, {"gt_how-to-apply", "Guatemala"}, {"nonsense", "I am Cobijo"}, {"c_xx-99", "no longer works"},
	} {
		m := s.say(s.Person(int64(100+i), "en"), "/start "+tt.link)
		has(t, m, tt.want)
	}
}

func TestOtherMessages(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(42, "en")
	for _, kind := range []string{"voice", "photo", "sticker", "document", "contact", "video_note", "poll", "something_new"} {
		m := s.answers(ana, 1, func() { s.Send(ana, map[string]any{kind: map[string]any{"file_id": "x"}}) })[0]
		has(t, m, "only read text")
		if len(m.Keys()) < 3 {
			t.Error("no menu")
		}
	}
	m := s.answers(ana, 1, func() {
		s.Send(ana, map[string]any{"text": "they give papers to all now", "forward_origin": map[string]any{"type": "hidden_user"}})
	})[0]
	has(t, m, "forwarded")
	m = s.answers(ana, 1, func() {
		s.Send(ana, map[string]any{"photo": []any{map[string]any{"file_id": "x"}}, "caption": "they want to kill me, help, I am in Mexico"})
	})[0]
	has(t, m, "911", "only the words")
	// Ten pictures at once are answered once.
	s.answers(ana, 1, func() {
		for range 10 {
			s.Send(ana, map[string]any{"photo": []any{}, "media_group_id": "g1"})
		}
	})
	// Nobody is answered who said nothing to it.
	before := len(s.Said(ana))
	s.Send(ana, map[string]any{"pinned_message": map[string]any{"message_id": 1}})
	s.Send(ana, map[string]any{"from": map[string]any{"id": 5, "is_bot": true}, "text": "I am a bot"})
	s.Deliver(map[string]any{"channel_post": map[string]any{"message_id": 1, "chat": map[string]any{"id": -5, "type": "channel"}, "text": "news"}})
	s.Deliver(map[string]any{"poll": map[string]any{"id": "1"}})
	s.Deliver(map[string]any{"message": "not an object"})
	time.Sleep(200 * time.Millisecond)
	if n := len(s.Said(ana)) - before; n != 0 {
		t.Errorf("%d answers to nothing", n)
	}
	for _, c := range s.Calls("") {
		if c.Method == "getFile" {
			t.Error("something was downloaded")
		}
	}
}

func TestEditedMessage(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(42, "en")
	u := s.Incoming(ana, "asdf qwer", nil)
	s.answers(ana, 1, func() { s.Deliver(u) })
	var edited map[string]any
	m := s.answers(ana, 1, func() { edited = s.Edit(u, "how long do I have to apply in Mexico?") })[0]
	has(t, m, "30 working days")
	n := len(s.Said(ana))
	s.Again(edited)
	time.Sleep(100 * time.Millisecond)
	if len(s.Said(ana)) != n {
		t.Error("the same edit is answered twice")
	}
}

func TestLocation(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(42, "en")
	s.say(ana, "/start")
	m := s.say(ana, "/near")
	if !strings.Contains(string(m.Markup), `"request_location":true`) {
		t.Errorf("no key that sends a position: %s", m.Markup)
	}
	m = s.answers(ana, 1, func() {
		s.Send(ana, map[string]any{"location": map[string]any{"latitude": 14.9, "longitude": -92.26}})
	})[0]
	has(t, m, "Tapachula", "do not keep your location", "/menu")
	if !strings.Contains(string(m.Markup), `"remove_keyboard":true`) {
		t.Errorf("the key stays: %s", m.Markup)
	}
	// Telegram's own choice can be pressed by its number too.
	m = s.say(ana, "who can I talk to")
	for i, k := range m.Keys() {
		if k.Data == "1:tg-near" {
			m = s.say(ana, strconv.Itoa(i+1))
			has(t, m, "send me your location")
		}
	}
}
