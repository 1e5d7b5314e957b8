package fakeslack

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// seen finds a channel that the app may look at, archived or not.
func (s *Server) seen(id string) (*Channel, *apiError) {
	c := s.channelOf[id]
	if c == nil || c.Private && !c.has(s.BotUser) {
		return nil, refuse("channel_not_found")
	}
	return c, nil
}

func (s *Server) describe(c *Channel) map[string]any {
	v := map[string]any{
		"id": c.ID, "is_archived": c.Archived, "is_im": c.With != "", "is_private": c.Private || c.With != "",
		"is_channel": c.With == "" && !c.Private, "is_group": c.Private, "is_member": c.has(s.BotUser), "is_mpim": false,
		"context_team_id": s.TeamID, "creator": s.BotUser,
	}
	if c.With != "" {
		v["user"] = c.With
		return v
	}
	v["name"], v["name_normalized"], v["num_members"] = c.Name, c.Name, len(c.Members)
	return v
}

func (s *Server) channelInfo(p map[string]any) (reply, *apiError) {
	c, refused := s.seen(str(p, "channel"))
	if refused != nil {
		return nil, refused
	}
	v := s.describe(c)
	if !truth(p, "include_num_members") {
		delete(v, "num_members")
	}
	return reply{"channel": v}, nil
}

// page cuts a list by "limit" and "cursor".
func page[T any](p map[string]any, list []T, most int) (part []T, next string, _ *apiError) {
	limit, from := number(p, "limit"), 0
	switch {
	case limit < 0 || limit > most:
		return nil, "", refuse("invalid_limit")
	case limit == 0:
		limit = 100
	}
	if cursor := str(p, "cursor"); cursor != "" {
		b, err := base64.StdEncoding.DecodeString(cursor)
		if err == nil {
			from, err = strconv.Atoi(strings.TrimPrefix(string(b), "next:"))
		}
		if err != nil || from < 0 || from > len(list) {
			return nil, "", refuse("invalid_cursor")
		}
	}
	to := min(from+limit, len(list))
	if to < len(list) {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(to)))
	}
	return list[from:to], next, nil
}

func (s *Server) listChannels(p map[string]any) (reply, *apiError) {
	kinds := str(p, "types")
	if kinds == "" {
		kinds = "public_channel"
	}
	name := map[string]string{"channel": "public_channel", "group": "private_channel", "im": "im"}
	var all []map[string]any
	for _, c := range s.channels {
		if !slices.Contains(strings.Split(kinds, ","), name[c.kind()]) || c.Archived && truth(p, "exclude_archived") || c.Private && !c.has(s.BotUser) {
			continue
		}
		all = append(all, s.describe(c))
	}
	part, next, refused := page(p, all, 1000)
	if refused != nil {
		return nil, refused
	}
	return reply{"channels": orNone(part), "response_metadata": reply{"next_cursor": next}}, nil
}

// orNone makes an empty list of nil.
func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (s *Server) listMembers(p map[string]any) (reply, *apiError) {
	c, refused := s.seen(str(p, "channel"))
	if refused != nil {
		return nil, refused
	}
	part, next, refused := page(p, c.Members, 1000)
	if refused != nil {
		return nil, refused
	}
	return reply{"members": orNone(part), "response_metadata": reply{"next_cursor": next}}, nil
}

func (s *Server) openDirect(p map[string]any) (reply, *apiError) {
	users := strings.Split(str(p, "users"), ",")
	u := s.personOf[users[0]]
	switch {
	case len(users) != 1:
		return nil, refuse("invalid_arguments", "only one at a time here")
	case u == nil:
		return nil, refuse("user_not_found")
	case u.Bot:
		return nil, refuse("cannot_dm_bot")
	case u.Deleted:
		return nil, refuse("user_disabled")
	}
	was := s.directOf[u.ID] != nil
	c := s.direct(u.ID)
	v := map[string]any{"id": c.ID}
	if truth(p, "return_im") {
		v = s.describe(c)
	}
	return reply{"channel": v, "already_open": was, "no_op": was}, nil
}

var stampForm = regexp.MustCompile(`^\d{1,12}(\.\d{1,6})?$`)

// stampTime reads a message's time stamp.
func stampTime(ts string) time.Time {
	sec, frac, _ := strings.Cut(ts, ".")
	n, _ := strconv.ParseInt(sec, 10, 64)
	micro, _ := strconv.ParseInt((frac + "000000")[:6], 10, 64)
	return time.Unix(n, micro*1000)
}

// between picks the messages that a call asks for by time.
func between(p map[string]any, ms []*Message) ([]*Message, *apiError) {
	oldest, latest := str(p, "oldest"), str(p, "latest")
	switch {
	case oldest != "" && !stampForm.MatchString(oldest):
		return nil, refuse("invalid_ts_oldest")
	case latest != "" && !stampForm.MatchString(latest):
		return nil, refuse("invalid_ts_latest")
	}
	both := truth(p, "inclusive")
	var picked []*Message
	for _, m := range ms {
		t := stampTime(m.TS)
		if oldest != "" && oldest != "0" {
			if o := stampTime(oldest); t.Before(o) || t.Equal(o) && !both {
				continue
			}
		}
		if latest != "" {
			if l := stampTime(latest); t.After(l) || t.Equal(l) && !both {
				continue
			}
		}
		picked = append(picked, m)
	}
	return picked, nil
}

// reader finds a channel whose messages the app may read.
func (s *Server) reader(p map[string]any) (*Channel, *apiError) {
	c, refused := s.seen(str(p, "channel"))
	if refused != nil {
		return nil, refused
	}
	if !c.has(s.BotUser) {
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// history gives messages newest first; what stands in a thread alone is not among them.
func (s *Server) history(p map[string]any) (reply, *apiError) {
	c, refused := s.reader(p)
	if refused != nil {
		return nil, refused
	}
	var all []*Message
	for _, m := range slices.Backward(c.messages) {
		if m.For == "" && (m.Thread == "" || m.Thread == m.TS || m.Broadcast) {
			all = append(all, m)
		}
	}
	return s.told(c, p, all)
}

// replies gives a thread with the message that began it, oldest first.
func (s *Server) replies(p map[string]any) (reply, *apiError) {
	c, refused := s.reader(p)
	if refused != nil {
		return nil, refused
	}
	first := c.byTS[str(p, "ts")]
	if first == nil || first.For != "" {
		return nil, refuse("thread_not_found")
	}
	ts := root(c, first.TS)
	var all []*Message
	for _, m := range c.messages {
		if m.For == "" && (m.TS == ts || m.Thread == ts) {
			all = append(all, m)
		}
	}
	return s.told(c, p, all)
}

func (s *Server) told(c *Channel, p map[string]any, all []*Message) (reply, *apiError) {
	all, refused := between(p, all)
	if refused != nil {
		return nil, refused
	}
	part, next, refused := page(p, all, 999)
	if refused != nil {
		return nil, refused
	}
	shown := make([]map[string]any, 0, len(part))
	for _, m := range part {
		shown = append(shown, s.show(c, m, truth(p, "include_all_metadata")))
	}
	r := reply{"messages": shown, "has_more": next != ""}
	if next != "" {
		r["response_metadata"] = reply{"next_cursor": next}
	}
	return r, nil
}
