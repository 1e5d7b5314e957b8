package fakeslack

import "time"

func (s *Server) describePerson(p *Person, locale bool) map[string]any {
	offset := 0
	if zone, err := time.LoadLocation(p.Zone); err == nil {
		_, offset = s.Now().In(zone).Zone()
	}
	v := map[string]any{
		"id": p.ID, "team_id": s.TeamID, "name": p.Name, "real_name": p.Real, "deleted": p.Deleted, "is_bot": p.Bot,
		"tz": p.Zone, "tz_label": p.Zone, "tz_offset": offset,
		"profile": map[string]any{"real_name": p.Real, "display_name": p.Name},
	}
	if locale {
		v["locale"] = p.Locale
	}
	return v
}

func (s *Server) userInfo(p map[string]any) (reply, *apiError) {
	u := s.personOf[str(p, "user")]
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return reply{"user": s.describePerson(u, truth(p, "include_locale"))}, nil
}

func (s *Server) listUsers(p map[string]any) (reply, *apiError) {
	part, next, refused := page(p, s.people, 1000)
	if refused != nil {
		return nil, refused
	}
	all := make([]map[string]any, 0, len(part))
	for _, u := range part {
		all = append(all, s.describePerson(u, truth(p, "include_locale")))
	}
	return reply{"members": all, "response_metadata": reply{"next_cursor": next}}, nil
}

func (s *Server) listGroups() (reply, *apiError) {
	all := []map[string]any{}
	for _, g := range s.groups {
		all = append(all, map[string]any{"id": g.ID, "team_id": s.TeamID, "is_usergroup": true, "name": g.Handle, "handle": g.Handle, "user_count": len(g.Members)})
	}
	return reply{"usergroups": all}, nil
}

func (s *Server) groupMembers(p map[string]any) (reply, *apiError) {
	for _, g := range s.groups {
		if g.ID == str(p, "usergroup") {
			return reply{"users": orNone(g.Members)}, nil
		}
	}
	return nil, refuse("no_such_subteam")
}
