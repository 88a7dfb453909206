"""Coupons as several domains need them: campaigns, handing out, looking up."""
