package telegram

import (
	"strconv"
	"strings"

	"cobijo/bot/dialogue"
	"cobijo/knowledge"
)

// update is the part of an update that is read: the library's own type has a hundred times as many fields, all of which would be
// looked for in every update.
// https://core.telegram.org/bots/api#update
type update struct {
	ID       int64          `json:"update_id"`
	Message  *message       `json:"message"`
	Edited   *message       `json:"edited_message"`
	Callback *callbackQuery `json:"callback_query"`
	Inline   *inlineQuery   `json:"inline_query"`
	Member   *memberChange  `json:"my_chat_member"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

func (c chat) private() bool { return c.Type == "private" }

type user struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	Language string `json:"language_code"`
}

type message struct {
	ID       int64     `json:"message_id"`
	Date     int64     `json:"date"`
	EditDate int64     `json:"edit_date"`
	Chat     chat      `json:"chat"`
	From     *user     `json:"from"`
	ViaBot   *user     `json:"via_bot"`
	Text     string    `json:"text"`
	Caption  string    `json:"caption"`
	Entities []entity  `json:"entities"`
	ReplyTo  *message  `json:"reply_to_message"`
	Location *location `json:"location"`
	Album    string    `json:"media_group_id"`
	Thread   int64     `json:"message_thread_id"`
	Topic    bool      `json:"is_topic_message"`
	Forward  present   `json:"forward_origin"`
	Old      present   `json:"forward_date"` // before Bot API 7.0

	service
}

type entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"` // in UTF-16 units
	Length int    `json:"length"`
	User   *user  `json:"user"`
}

type location struct {
	Lat  float64 `json:"latitude"`
	Lon  float64 `json:"longitude"`
	Live int     `json:"live_period"`
}

type callbackQuery struct {
	ID      string   `json:"id"`
	From    user     `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

type inlineQuery struct {
	ID     string `json:"id"`
	From   user   `json:"from"`
	Query  string `json:"query"`
	Offset string `json:"offset"`
}

type memberChange struct {
	Chat chat `json:"chat"`
	New  struct {
		Status string `json:"status"`
	} `json:"new_chat_member"`
}

// present tells that a field is there, whatever it holds.
type present bool

// UnmarshalJSON notes that the field is there.
func (p *present) UnmarshalJSON(b []byte) error {
	*p = string(b) != "null"
	return nil
}

// service is what tells that nobody said anything: somebody joined, a title changed. What is neither this nor known is taken
// for something that somebody sent.
type service struct {
	S01 present `json:"new_chat_members"`
	S02 present `json:"left_chat_member"`
	S03 present `json:"new_chat_title"`
	S04 present `json:"new_chat_photo"`
	S05 present `json:"delete_chat_photo"`
	S06 present `json:"group_chat_created"`
	S07 present `json:"supergroup_chat_created"`
	S08 present `json:"channel_chat_created"`
	S09 present `json:"message_auto_delete_timer_changed"`
	S10 present `json:"migrate_to_chat_id"`
	S11 present `json:"migrate_from_chat_id"`
	S12 present `json:"pinned_message"`
	S13 present `json:"successful_payment"`
	S14 present `json:"users_shared"`
	S15 present `json:"chat_shared"`
	S16 present `json:"connected_website"`
	S17 present `json:"write_access_allowed"`
	S18 present `json:"proximity_alert_triggered"`
	S19 present `json:"boost_added"`
	S20 present `json:"chat_background_set"`
	S21 present `json:"forum_topic_created"`
	S22 present `json:"forum_topic_edited"`
	S23 present `json:"forum_topic_closed"`
	S24 present `json:"forum_topic_reopened"`
	S25 present `json:"general_forum_topic_hidden"`
	S26 present `json:"general_forum_topic_unhidden"`
	S27 present `json:"giveaway_created"`
	S28 present `json:"giveaway_completed"`
	S29 present `json:"video_chat_scheduled"`
	S30 present `json:"video_chat_started"`
	S31 present `json:"video_chat_ended"`
	S32 present `json:"video_chat_participants_invited"`
	S33 present `json:"web_app_data"`
	S34 present `json:"refunded_payment"`
	S35 present `json:"checklist_tasks_done"`
	S36 present `json:"checklist_tasks_added"`
	S37 present `json:"gift"`
	S38 present `json:"unique_gift"`
	S39 present `json:"paid_message_price_changed"`
	S40 present `json:"passport_data"`
}

func (s *service) is() bool {
	return bool(s.S01 || s.S02 || s.S03 || s.S04 || s.S05 || s.S06 || s.S07 || s.S08 || s.S09 || s.S10 || s.S11 || s.S12 || s.S13 || s.S14 ||
		s.S15 || s.S16 || s.S17 || s.S18 || s.S19 || s.S20 || s.S21 || s.S22 || s.S23 || s.S24 || s.S25 || s.S26 || s.S27 || s.S28 || s.S29 ||
		s.S30 || s.S31 || s.S32 || s.S33 || s.S34 || s.S35 || s.S36 || s.S37 || s.S38 || s.S39 || s.S40)
}

// kinds of updates that are asked for.
var wanted = []string{"message", "edited_message", "callback_query", "inline_query", "my_chat_member"}

// lane is the chat whose order an update belongs to; somebody who asks inline has a lane of their own.
func (u *update) lane() int64 {
	switch {
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.Edited != nil:
		return u.Edited.Chat.ID
	case u.Callback != nil && u.Callback.Message != nil:
		return u.Callback.Message.Chat.ID
	case u.Callback != nil:
		return u.Callback.From.ID
	case u.Inline != nil:
		return u.Inline.From.ID
	case u.Member != nil:
		return u.Member.Chat.ID
	}
	return 0
}

// request is what somebody wants, whichever way it came.
type request struct {
	id      string // of the update and what it bears: a repeat has the same
	chat    chat
	thread  int64 // of a forum
	hint    string
	message int64 // the number of what was sent; of what a pressed button stands under
	pressed bool
	forward bool
	caption bool // the text stood under a picture
	said    dialogue.Message
	toBot   bool // in a group: it is said to the bot
	command bool // in a group: it is a command
}

// read makes a request of an update; nil where nobody wants anything.
func (u *update) read(me identity) *request {
	m, edited := u.Message, false
	if m == nil && u.Edited != nil {
		m, edited = u.Edited, true
	}
	switch {
	case u.Callback != nil:
		return u.pressed()
	case m == nil || m.From == nil || m.From.IsBot || m.ViaBot != nil || m.is() || m.Chat.ID == 0:
		return nil
	case m.Chat.Type == "channel" || m.Location != nil && (edited || m.Location.Live > 0 && m.EditDate > 0):
		return nil // a position that moves is no message
	}
	r := &request{
		chat: m.Chat, hint: m.From.Language, message: m.ID,
		id: strconv.FormatInt(u.ID, 36) + "/" + strconv.FormatInt(m.ID, 36) + "/" + strconv.FormatInt(max(m.Date, m.EditDate), 36),
	}
	if m.Album != "" && m.Text == "" {
		r.id = "album/" + m.Album // ten pictures at once are one thing to answer
	}
	if m.Topic {
		r.thread = m.Thread
	}
	r.said = dialogue.Message{Text: m.Text, LangHint: m.From.Language}
	switch {
	case bool(m.Forward || m.Old):
		r.forward, r.said.Text, r.said.Other = true, "", true
	case m.Location != nil:
		r.said.Location = &knowledge.Point{Lat: m.Location.Lat, Lon: m.Location.Lon}
	case m.Text == "" && strings.TrimSpace(m.Caption) != "":
		r.said.Text, r.caption = m.Caption, true
	case m.Text == "":
		r.said.Other = true
	}
	if !m.Chat.private() {
		r.address(m, me)
	}
	return r
}

// pressed makes a request of a pressed button.
func (u *update) pressed() *request {
	q := u.Callback
	r := &request{id: "press/" + q.ID, hint: q.From.Language, pressed: true, toBot: true}
	if q.Message == nil { // too old to be told
		r.chat = chat{ID: q.From.ID, Type: "private"}
	} else {
		r.chat, r.message = q.Message.Chat, q.Message.ID
		if q.Message.Topic {
			r.thread = q.Message.Thread
		}
	}
	r.said = dialogue.Message{Choice: choiceOf(q.Data), LangHint: q.From.Language}
	return r
}

// address tells whether a group's message is said to the bot, and takes the bot's name out of it.
func (r *request) address(m *message, me identity) {
	for _, e := range m.Entities {
		switch e.Type {
		case "bot_command":
			if e.Offset != 0 {
				continue
			}
			word, _, _ := strings.Cut(m.Text, " ")
			_, name, named := strings.Cut(word, "@")
			if named && !strings.EqualFold(name, me.username) {
				return // to another bot
			}
			r.toBot, r.command = true, true
		case "mention":
			if name := utf16Part(m.Text, e.Offset, e.Length); me.username != "" && strings.EqualFold(name, "@"+me.username) {
				r.toBot = true
				r.said.Text = strings.TrimSpace(strings.Replace(r.said.Text, name, " ", 1))
			}
		case "text_mention":
			r.toBot = r.toBot || e.User != nil && e.User.ID == me.id
		}
	}
	if m.ReplyTo != nil && m.ReplyTo.From != nil && m.ReplyTo.From.ID == me.id && me.id != 0 {
		r.toBot = true
	}
}

// utf16Part cuts a part out of a text by Telegram's offsets.
func utf16Part(s string, offset, length int) string {
	at, from, to := 0, -1, len(s)
	for i, c := range s {
		if at == offset {
			from = i
		}
		if at >= offset+length {
			to = i
			break
		}
		at++
		if c > 0xFFFF {
			at++
		}
	}
	if from < 0 || from > to {
		return ""
	}
	return s[from:to]
}

// What stands before a choice's id in a button: the version of how buttons are written. The id itself says all, so that a
// button works for as long as what it means does.
const buttonVersion = "1:"

// choiceOf gives the choice that a button means; one of another version means nothing, and is answered kindly.
func choiceOf(data string) string {
	if id, ok := strings.CutPrefix(data, buttonVersion); ok && id != "" {
		return id
	}
	return "old:"
}
