package slack

import (
	"context"
	"sync"
	"time"

	api "github.com/slack-go/slack"
)

// someone is what is known of a member of the workspace.
type someone struct {
	name   string
	locale string // BCP 47
	zone   string // IANA
	bot    bool
}

const (
	knownFor   = time.Hour
	failedFor  = time.Minute // after so long somebody of whom Slack told nothing is asked about again
	memberFor  = time.Minute // somebody who was added to a channel may act soon
	mostCached = 5000
)

// people remembers for a while what Slack says of members and channels, in this process alone.
type people struct {
	w   *wire
	now func() time.Time

	mu      sync.Mutex
	users   map[string]cached[someone]
	members map[string]cached[[]string] // of channels and user groups
}

type cached[T any] struct {
	is    T
	until time.Time
}

func newPeople(w *wire, now func() time.Time) *people {
	return &people{w: w, now: now, users: map[string]cached[someone]{}, members: map[string]cached[[]string]{}}
}

// get tells who somebody is; nothing where Slack does not say.
func (p *people) get(ctx context.Context, user string) someone {
	p.mu.Lock()
	c, ok := p.users[user]
	p.mu.Unlock()
	if ok && p.now().Before(c.until) {
		return c.is
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // an answer in a guessed language is better than none
	defer cancel()
	u, err := p.w.bot.GetUserInfoContext(ctx, user, api.GetUserInfoOptionIncludeLocale(true))
	c.until = p.now().Add(knownFor)
	if err != nil {
		c.until = p.now().Add(failedFor)
	} else {
		c.is = someone{name: nameOf(u), locale: u.Locale, zone: u.TZ, bot: u.IsBot}
	}
	p.mu.Lock()
	if len(p.users) >= mostCached {
		clear(p.users)
	}
	p.users[user] = c
	p.mu.Unlock()
	return c.is
}

// nameOf is how Slack shows somebody.
func nameOf(u *api.User) string {
	for _, n := range []string{u.Profile.DisplayName, u.RealName, u.Profile.RealName, u.Name} {
		if n != "" {
			return n
		}
	}
	return ""
}

// in gives who is in a channel, or in a user group.
func (p *people) in(ctx context.Context, id string) ([]string, error) {
	p.mu.Lock()
	c, ok := p.members[id]
	p.mu.Unlock()
	if ok && p.now().Before(c.until) {
		return c.is, nil
	}
	var err error
	if id != "" && id[0] == 'S' {
		c.is, err = p.w.bot.GetUserGroupMembersContext(ctx, id)
		err = failure("usergroups.users.list", err)
	} else {
		c.is, err = p.w.members(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	c.until = p.now().Add(memberFor)
	p.mu.Lock()
	if len(p.members) >= mostCached {
		clear(p.members)
	}
	p.members[id] = c
	p.mu.Unlock()
	return c.is, nil
}

// forget lets a channel's members be asked for again.
func (p *people) forget(id string) {
	p.mu.Lock()
	delete(p.members, id)
	p.mu.Unlock()
}
