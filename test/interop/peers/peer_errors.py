"""An exception of an application, in a module that both peers can import."""


class QuotaExceeded(Exception):
    """Carries keyword arguments over the wire, as the exceptions of OpenStack's services do."""

    def __init__(self, message=None, **kwargs):
        super().__init__(message or 'quota exceeded')
        self.kwargs = kwargs
