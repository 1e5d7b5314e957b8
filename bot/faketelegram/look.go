package faketelegram

// Messages are all that stands in a chat, the person's own too.
func (s *Server) Messages(c *Chat) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ms []Message
	for _, id := range c.order {
		if m := c.messages[id]; m != nil {
			ms = append(ms, *m)
		}
	}
	return ms
}

// SetLang changes the language of somebody's device.
func (s *Server) SetLang(c *Chat, lang string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Lang = lang
}

// LangOf is the language of somebody's device.
func (s *Server) LangOf(c *Chat) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.Lang
}

// Waiting tells how many updates the bot has not taken yet. It tells nothing of a webhook's.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.updates)
}
