"""The trainers' inbox: what was understood badly, of customers who agreed to it, masked before it is stored."""
