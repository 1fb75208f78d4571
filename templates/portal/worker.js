// The service worker of the patient's pages: what it keeps, and where things are. What it does stands in its files.
self.portalEdition = "{{ edition }}";
self.portalFiles = [{% for url in urls %}"{{ url|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
self.portalPages = { shell: "{% url 'portal:offline' %}", scope: "{% url 'portal:today' %}", coming: "{% url 'portal:coming' %}", send: "{% url 'portal:send' %}", figures: "{% url 'portal:figures' %}" };
self.portalIcon = "{{ icon|escapejs }}";
importScripts("{{ phone|escapejs }}", "{{ worker|escapejs }}", "{{ notices|escapejs }}");
