package fakeslack

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	api "github.com/slack-go/slack"
)

func TestPostUpdateDelete(t *testing.T) {
	s, c, ctx := start(t)
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)
	mark := api.MsgOptionMetadata(api.SlackMetadata{EventType: "cobijo_reminder", EventPayload: map[string]any{"occurrence": "a@2026-11-25"}})
	_, ts, err := c.PostMessageContext(ctx, team.ID, api.MsgOptionText("uno", false), api.MsgOptionBlocks(button("go", "Ir")), mark)
	if err != nil {
		t.Fatal(err)
	}
	_, reply, err := c.PostMessageContext(ctx, team.ID, api.MsgOptionText("nota", false), api.MsgOptionTS(ts))
	if err != nil {
		t.Fatal(err)
	}
	h, err := c.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{ChannelID: team.ID, IncludeAllMetadata: true})
	if err != nil || len(h.Messages) != 1 || h.Messages[0].Metadata.EventPayload["occurrence"] != "a@2026-11-25" || h.Messages[0].BotID != s.BotID || h.Messages[0].ReplyCount != 1 {
		t.Errorf("history %+v, %v", h, err)
	}
	h, err = c.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{ChannelID: team.ID})
	if err != nil || h.Messages[0].Metadata.EventType != "" {
		t.Errorf("metadata that was not asked for: %+v, %v", h, err)
	}
	ms, more, _, err := c.GetConversationRepliesContext(ctx, &api.GetConversationRepliesParameters{ChannelID: team.ID, Timestamp: reply})
	if err != nil || more || len(ms) != 2 || ms[1].Text != "nota" || ms[1].ThreadTimestamp != ts {
		t.Errorf("thread %+v, %v, %v", ms, more, err)
	}
	if _, _, _, err := c.UpdateMessageContext(ctx, team.ID, ts, api.MsgOptionText("dos", false)); err != nil {
		t.Error(err)
	}
	if m := s.Said(team)[0]; m.Text != "dos" || m.Blocks == nil || m.Metadata == nil || m.Edits != 1 {
		t.Errorf("what an update does not name stays: %+v", m)
	}
	if _, err := c.PostEphemeralContext(ctx, team.ID, ana.ID, api.MsgOptionText("solo tú", false)); err != nil {
		t.Error(err)
	}
	if e := s.Ephemeral(ana); len(e) != 1 || e[0].Text != "solo tú" {
		t.Errorf("ephemeral %+v", e)
	}
	if _, _, _, err := c.UpdateMessageContext(ctx, team.ID, s.Ephemeral(ana)[0].TS, api.MsgOptionText("x", false)); err == nil || err.Error() != "message_not_found" {
		t.Errorf("update of what one person sees: %v", err)
	}
	if _, _, err := c.DeleteMessageContext(ctx, team.ID, ts); err != nil || len(s.Said(team)) != 1 {
		t.Errorf("delete: %v, %v", err, s.Said(team))
	}
	noProblems(t, s)
}

func TestErrorsOfChannels(t *testing.T) {
	s, c, ctx := start(t)
	ana, eva := s.Person("ana", "es-419", "America/Mexico_City"), s.Person("eva", "en-US", "America/New_York")
	open, away, left, hidden := s.Channel("open", ana), s.Channel("away", ana), s.Channel("left", ana), s.Private(s.Channel("hidden", ana))
	s.Archive(away, ana)
	s.RemoveBot(left, ana)
	s.RemoveBot(hidden, ana)
	post := func(id string) error {
		_, _, err := c.PostMessageContext(ctx, id, api.MsgOptionText("x", false))
		return err
	}
	whisper := func(id, user string) error {
		_, err := c.PostEphemeralContext(ctx, id, user, api.MsgOptionText("x", false))
		return err
	}
	info := func(id string) error {
		_, err := c.GetConversationInfoContext(ctx, &api.GetConversationInfoInput{ChannelID: id})
		return err
	}
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"no channel", post("C1"), "channel_not_found"},
		{"archived", post(away.ID), "is_archived"},
		{"not a member", post(left.ID), "not_in_channel"},
		{"private", post(hidden.ID), "channel_not_found"},
		{"private info", info(hidden.ID), "channel_not_found"},
		{"not there", whisper(open.ID, eva.ID), "user_not_in_channel"},
		{"no text", func() error { _, _, err := c.PostMessageContext(ctx, open.ID); return err }(), "no_text"},
		{"long", func() error {
			_, _, err := c.PostMessageContext(ctx, open.ID, api.MsgOptionText(strings.Repeat("x", 40001), false))
			return err
		}(), "msg_too_long"},
		{"fine", post(open.ID), ""},
		{"by a person's id", post(eva.ID), ""},
		{"archived info", info(away.ID), ""},
	} {
		if got := errText(tc.err); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
	if n := len(s.Problems()); n != 2 { // no text, too long
		t.Errorf("problems %q", s.Problems())
	}
	s.Without("chat:write")
	err := post(open.ID)
	var refused api.SlackErrorResponse
	if !errors.As(err, &refused) || refused.Err != "missing_scope" || refused.Needed != "chat:write" || !strings.Contains(refused.Provided, "users:read") {
		t.Errorf("scope: %+v", err)
	}
	s.Revoke("token_revoked")
	if _, err := c.AuthTestContext(ctx); errText(err) != "token_revoked" {
		t.Errorf("revoked: %v", err)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestPeopleAndLists(t *testing.T) {
	s, c, ctx := start(t)
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)
	for range 5 {
		s.Channel("more", ana)
	}
	g := s.Group("focal-points", ana)
	u, err := c.GetUserInfoContext(ctx, ana.ID)
	if err != nil || u.TZ != "America/Mexico_City" || u.Locale != "es-419" {
		t.Errorf("user %+v, %v", u, err)
	}
	if us, err := c.GetUserGroupMembersContext(ctx, g.ID); err != nil || len(us) != 1 || us[0] != ana.ID {
		t.Errorf("group %v, %v", us, err)
	}
	all, cursor := 0, ""
	for {
		cs, next, err := c.GetConversationsContext(ctx, &api.GetConversationsParameters{Limit: 4, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		all += len(cs)
		if cursor = next; cursor == "" {
			break
		}
	}
	if all != 6 {
		t.Errorf("%d channels", all)
	}
	ids, _, err := c.GetUsersInConversationContext(ctx, &api.GetUsersInConversationParameters{ChannelID: team.ID})
	if err != nil || len(ids) != 2 {
		t.Errorf("members %v, %v", ids, err)
	}
	ch, _, _, err := c.OpenConversationContext(ctx, &api.OpenConversationParameters{Users: []string{ana.ID}})
	if err != nil || ch.ID != s.Direct(ana).ID {
		t.Errorf("open %+v, %v", ch, err)
	}
	noProblems(t, s)
}

func TestHistoryInTime(t *testing.T) {
	s, c, ctx := start(t)
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	s.Now = func() time.Time { return now }
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)
	var all []string
	for range 7 {
		now = now.Add(time.Minute)
		_, ts, err := c.PostMessageContext(ctx, team.ID, api.MsgOptionText("x", false))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ts)
	}
	get := func(p api.GetConversationHistoryParameters) int {
		p.ChannelID = team.ID
		n := 0
		for {
			h, err := c.GetConversationHistoryContext(ctx, &p)
			if err != nil {
				t.Fatal(err)
			}
			n += len(h.Messages)
			if p.Cursor = h.ResponseMetaData.NextCursor; !h.HasMore {
				return n
			}
		}
	}
	for _, tc := range []struct {
		p    api.GetConversationHistoryParameters
		want int
	}{
		{api.GetConversationHistoryParameters{}, 7},
		{api.GetConversationHistoryParameters{Limit: 2}, 7},
		{api.GetConversationHistoryParameters{Oldest: all[4]}, 2},
		{api.GetConversationHistoryParameters{Oldest: all[4], Inclusive: true}, 3},
		{api.GetConversationHistoryParameters{Oldest: all[2], Latest: all[4], Inclusive: true}, 3},
		{api.GetConversationHistoryParameters{Latest: all[0]}, 0},
	} {
		if got := get(tc.p); got != tc.want {
			t.Errorf("%+v: %d, want %d", tc.p, got, tc.want)
		}
	}
	noProblems(t, s)
}

func TestFaults(t *testing.T) {
	s, c, ctx := start(t)
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)
	post := func() error {
		_, _, err := c.PostMessageContext(ctx, team.ID, api.MsgOptionText("x", false))
		return err
	}
	var limited *api.RateLimitedError
	var status api.StatusCodeError
	s.Fail("chat.postMessage", Fault{Code: 429, RetryAfter: 7}, Fault{Code: 429}, Fault{Code: 503}, Fault{Error: "internal_error"}, Fault{Cut: true}, Fault{Code: 500, Done: true}, Fault{Cut: true, Done: true})
	if err := post(); !errors.As(err, &limited) || limited.RetryAfter != 7*time.Second {
		t.Errorf("429: %v", err)
	}
	if err := post(); !errors.As(err, &status) || status.Code != http.StatusTooManyRequests {
		t.Errorf("429 without Retry-After: %v", err)
	}
	if err := post(); !errors.As(err, &status) || status.Code != 503 {
		t.Errorf("503: %v", err)
	}
	if err := post(); errText(err) != "internal_error" {
		t.Errorf("refused: %v", err)
	}
	if err := post(); err == nil || len(s.Said(team)) != 0 {
		t.Errorf("cut: %v, %v", err, s.Said(team))
	}
	for n := 1; n <= 2; n++ { // posted, and the answer lost
		if err := post(); err == nil || len(s.Said(team)) != n {
			t.Errorf("lost: %v, %v", err, s.Said(team))
		}
	}
	if err := post(); err != nil || len(s.Said(team)) != 3 {
		t.Errorf("at last: %v", err)
	}
	s.Strict, s.Burst = true, 2
	now := time.Now()
	s.Now = func() time.Time { return now }
	if e1, e2, e3 := post(), post(), post(); e1 != nil || e2 != nil || !errors.As(e3, &limited) {
		t.Errorf("strict: %v, %v, %v", e1, e2, e3)
	}
	now = now.Add(2 * time.Second)
	if err := post(); err != nil {
		t.Errorf("later: %v", err)
	}
	if n := len(s.Calls("chat.postMessage")); n != 12 {
		t.Errorf("%d calls", n)
	}
	s.Faults = func(method string, _ map[string]any) *Fault {
		if method == "users.info" {
			return &Fault{Error: "user_not_found"}
		}
		return nil
	}
	if _, err := c.GetUserInfoContext(ctx, ana.ID); errText(err) != "user_not_found" {
		t.Error(err)
	}
	noProblems(t, s)
}

func TestUpload(t *testing.T) {
	s, c, ctx := start(t)
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	d := s.Direct(ana)
	f, err := c.UploadFileContext(ctx, api.UploadFileParameters{Reader: strings.NewReader("a,b\n1,2\n"), FileSize: 8, Filename: "c.csv", Title: "C", InitialComment: "aquí", Channel: d.ID})
	if err != nil {
		t.Fatal(err)
	}
	fs := s.Files(d)
	if len(fs) != 1 || fs[0].ID != f.ID || string(fs[0].Content) != "a,b\n1,2\n" || fs[0].Name != "c.csv" {
		t.Errorf("files %+v", fs)
	}
	if got := s.Transcript(d); got != "cobijo:\n  aquí\n  (file c.csv, 8 bytes)\n" {
		t.Errorf("transcript %q", got)
	}
	noProblems(t, s)
}
