package fakeslack

import "slices"

// channelEvent is the name of an event of a channel: "channel_rename", "group_rename".
func channelEvent(c *Channel, what string) string {
	if c.Private {
		return "group_" + what
	}
	return "channel_" + what
}

// Rename gives a channel another name; the app is told.
func (s *Server) Rename(c *Channel, name string) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Name = name
	kind := channelEvent(c, "rename")
	return s.event(kind, map[string]any{"type": kind, "channel": map[string]any{"id": c.ID, "name": name, "name_normalized": name, "created": s.Now().Unix()}})
}

// Archive puts a channel away: nobody can write there. The app is told.
func (s *Server) Archive(c *Channel, by *Person) *Delivery { return s.archive(c, by, true, "archive") }

// Unarchive opens a channel again.
func (s *Server) Unarchive(c *Channel, by *Person) *Delivery {
	return s.archive(c, by, false, "unarchive")
}

func (s *Server) archive(c *Channel, by *Person, away bool, what string) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Archived = away
	kind := channelEvent(c, what)
	return s.event(kind, map[string]any{"type": kind, "channel": c.ID, "user": by.ID})
}

// DeleteChannel takes a channel away altogether.
func (s *Server) DeleteChannel(c *Channel, by *Person) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.channelOf, c.ID)
	s.channels = slices.DeleteFunc(s.channels, func(x *Channel) bool { return x == c })
	kind := channelEvent(c, "deleted")
	return s.event(kind, map[string]any{"type": kind, "channel": c.ID, "actor_id": by.ID})
}

// RemoveBot takes the bot out of a channel. The app is told, though it is no member any more.
func (s *Server) RemoveBot(c *Channel, by *Person) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Members = slices.DeleteFunc(c.Members, func(id string) bool { return id == s.BotUser })
	kind := channelEvent(c, "left")
	return s.event(kind, map[string]any{"type": kind, "channel": c.ID, "actor_id": by.ID})
}

// InviteBot makes the bot a member of a channel.
func (s *Server) InviteBot(c *Channel, by *Person) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.has(s.BotUser) {
		c.Members = append(c.Members, s.BotUser)
	}
	return s.membership("member_joined_channel", c, s.BotUser, by)
}

// Join makes somebody a member of a channel.
func (s *Server) Join(c *Channel, p *Person) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.has(p.ID) {
		c.Members = append(c.Members, p.ID)
	}
	return s.membership("member_joined_channel", c, p.ID, nil)
}

// Leave takes somebody out of a channel.
func (s *Server) Leave(c *Channel, p *Person) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Members = slices.DeleteFunc(c.Members, func(id string) bool { return id == p.ID })
	return s.membership("member_left_channel", c, p.ID, nil)
}

func (s *Server) membership(kind string, c *Channel, user string, by *Person) *Delivery {
	e := map[string]any{"type": kind, "user": user, "channel": c.ID, "channel_type": "C", "team": s.TeamID}
	if c.Private {
		e["channel_type"] = "G"
	}
	if by != nil {
		e["inviter"] = by.ID
	}
	s.touch()
	return s.event(kind, e)
}

// Uninstall takes the app out of the workspace: its tokens serve no more. The app is told.
func (s *Server) Uninstall() (revoked, uninstalled *Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = "account_inactive"
	revoked = s.event("tokens_revoked", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{}, "bot": []string{s.BotUser}}})
	return revoked, s.event("app_uninstalled", map[string]any{"type": "app_uninstalled"})
}
