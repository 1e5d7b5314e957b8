package fakeslack

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Whatever an app sends is answered.
func FuzzAPI(f *testing.F) {
	methods := []string{
		"chat.postMessage", "chat.update", "chat.postEphemeral", "chat.delete", "views.open", "views.publish", "views.update", "views.push",
		"conversations.history", "conversations.replies", "conversations.list", "conversations.open", "files.getUploadURLExternal",
		"files.completeUploadExternal", "reactions.add", "users.info", "no.such", "usergroups.users.list", "conversations.members",
	}
	for i, body := range []string{
		`{"channel":"C00000002","text":"x","blocks":[{"type":"section"}]}`, `{"channel":"C00000002","ts":"1.2","metadata":{}}`, `{"view":{"type":"modal"}}`,
		`{"files":[{"id":"F1"}]}`, `[]`, `{"channel":"C00000002","text":"x","metadata":{"event_type":"a","event_payload":{}}}`, "channel=C00000002&limit=-1", `{"text":1e999}`,
		"channel=C00000002&oldest=9999999999999&latest=.5", "blocks=[[]]&view={}&channel=U00000001",
	} {
		f.Add(i, body)
	}
	f.Fuzz(func(t *testing.T, i int, body string) {
		s := New()
		defer s.Close()
		s.Channel("x", s.Person("ana", "es", "UTC"))
		kind := "application/x-www-form-urlencoded"
		if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
			kind = "application/json"
		}
		for _, path := range []string{"/api/" + methods[(i%len(methods)+len(methods))%len(methods)], "/respond/" + s.newTestAnswer(), "/upload/F1"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Authorization", "Bearer "+s.BotToken)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code == 0 || w.Body.Len() == 0 {
				t.Errorf("%s: no answer", path)
			}
		}
		s.Transcript(s.channels[0])
	})
}

// newTestAnswer makes a response_url's last part.
func (s *Server) newTestAnswer() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.newAnswer(s.people[1].ID, s.channels[0], nil)
	return to[strings.LastIndex(to, "/")+1:]
}
