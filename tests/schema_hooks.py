"""What tests/schema.py tells Schemathesis about JSON."""
import schemathesis


@schemathesis.hook
def after_call(context, case, response):
    """JSON is UTF-8 (RFC 8259); its client would guess, and now and then take it for something else."""
    response.encoding = "utf-8"
